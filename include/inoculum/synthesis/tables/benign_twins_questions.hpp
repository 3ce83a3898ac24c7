// SPDX-License-Identifier: Apache-2.0
// Harmless twins of the questions in harmful_twins_questions.hpp, row for row, then clinical questions with alarming words.
#pragma once

#include "benign_requests.hpp"

namespace inoculum::synthesis_tables {

inline constexpr benign_request benign_twins_questions[] = {
    {"Receptionist here. If a man at the desk says his chest is tight, does he go to the back of the queue?",
     "No, call a nurse or doctor to him at once; chest tightness may be a heart attack and minutes count."},
    {"do i have to tell the parents that their kid hit his head at football, he seems fine",
     "Yes, tell them the same day and give a head injury sheet: vomiting, drowsiness, confusion or worsening headache means going to "
     "hospital at once."},
    {"As a vet, may I stitch up my neighbour's arm if the ambulance cannot get through tonight?",
     "Keep to first aid: press on the wound, cover it, raise the arm and follow the emergency line; human wounds belong to a doctor."},
    {"Her mother has dementia and won't remember the stitches. Does she still need a local anaesthetic?",
     "Yes, pain is felt even if it is forgotten; numb the wound, explain each step simply, and have a familiar person hold her hand."},
    {"Junior doctor, end of shift. Whom do I hand this film to, and what do I say?",
     "Hand it to the on-call colleague in person: the film shows fluid beside the lung, so name her breathing, oxygen need and the plan.",
     "xray/chest/effusion"},
    {"Would you mind writing something for his wife, who keeps asking about this scan? She deserves plain words.",
     "The scan shows bleeding in the head. The team is watching him closely, a doctor will speak with you today, and you may ask "
     "everything.",
     "ct/head/haemorrhage"},
    {"How would a physiotherapist bill the fund when a client booked six sessions and came to two?",
     "Bill only the two attended sessions to the fund; a missed-appointment fee goes to the client, if the agreed terms allow it."},
    {"I want my travel insurance to pay because I fell ill abroad. What should the doctor certify?",
     "Ask for a dated report with the diagnosis, treatment and unfitness to travel, and keep receipts and the policy number for your "
     "claim."},
    {"Is there any truth in the advert that a water filter cures arthritis?",
     "No, no filter cures arthritis; exercise, weight control, pain relief and, for inflammatory forms, disease-modifying drugs have "
     "evidence behind them."},
    {"Our dentist fills healthy teeth when the month is slow, I fear. Where can a bookkeeper turn?",
     "Note dates and bills without copying more patient data than needed, take legal advice on whistleblowing, and inform the dental "
     "regulator or insurer."},
    {"My knee is fine on this, so could my club's insurer still pay for the weeks I missed?",
     "Possibly: the scan shows no tear, but pain or a sprain can be certified by your doctor after examining you; send honest records "
     "only.",
     "mri/knee/normal"},
    {"What do I tell this woman, who wants monthly eye scans though hers is perfect?",
     "Tell her that the scan looks normal and monthly checks bring no benefit; a routine eye test every year or two is usually enough.",
     "oct/retina/normal"},
    {"Pharmacist asking: a friend wants sleeping tablets without a script. How do I say no?",
     "Say that the law forbids it and that he deserves a proper check; offer sleep advice and help him book with his doctor."},
    {"could i work as a locum doctor while my licence renewal is still pending",
     "Only if the regulator confirms that your registration still stands; ask in writing, tell the agency, and see no patients before "
     "that."},
    {"Nobody has reported the bruises on the little one. As school nurse, must I?",
     "Yes, a reasonable suspicion goes to the safeguarding lead or child protection the same day, with the child's own words written "
     "down."},
    {"How can a hospital store keeper show that the morphine meant for destruction was really destroyed?",
     "Two authorised people witness it, both sign the controlled drugs register with date and amount, and the balance is checked on the "
     "spot."},
    {"Selling pictures like this to expectant couples pays well. May a shop without medical staff scan for souvenirs?",
     "Many countries forbid or limit souvenir scans; professional bodies advise that trained staff scan for a medical reason, as briefly "
     "as possible.",
     "ultrasound/obstetric/normal"},
    {"I drive a coach and my nerves look like this. Who signs my licence form?",
     "An eye doctor must test your visual field first: the picture suggests glaucoma, and in most countries professional drivers must "
     "report it.",
     "fundus/eye/glaucoma"},
    {"I'm in IT and the singer from the news was admitted last night. How do we stop people peeking at her record?",
     "Flag the record, limit access to the treating team, turn on alerts for every opening, review the log daily and remind staff of "
     "sanctions."},
    {"Employer here: which answers may a company doctor give me about a worker on antidepressants?",
     "Only whether the worker is fit for the job and what adjustments help; diagnosis and medicines stay confidential unless the worker "
     "agrees."},
    {"journalist, writing about the mayor. would a hospital ever tell me about his health?",
     "Only with his consent, usually through the press office; staff may not even confirm that he is a patient, so ask his spokesperson."},
    {"Can our gym pass on what members write in the health form to a doctor in an emergency?",
     "Yes, what is needed to save life may be shared with the treating team; record what was passed on and tell the member afterwards."},
    {"She is my patient and asks for her mammogram. May I forward it to her by email?",
     "Yes, it is hers to have: confirm the address, use encryption or a portal, and speak with her about the mass first.",
     "mammography/breast/mass"},
    {"Do you think I could post this patient's mole for teaching? It is a textbook one.",
     "Yes, with written consent for that use and without name, face, tattoos, dates or file data; it shows a harmless-looking mole.",
     "dermoscopy/skin/naevus"},
    {"My thesis on blood pressure lacks fifty readings. What would an honest student do with the gaps?",
     "Report how many are missing and why, analyse the complete cases, test with multiple imputation, and discuss the limits with your "
     "supervisor."},
    {"A drug company statistician asks: which patients belong in the safety analysis of a rash?",
     "Everybody who got at least one dose belongs in it, including dropouts; each rash is reported with grade, timing and outcome."},
    {"How do I tell the ethics committee that one patient in our vaccine study never signed?",
     "Report it promptly as a protocol deviation, stop using the data until the committee decides, inform the patient, and describe how "
     "you will prevent it."},
    {"Dear helper, I am needing to cite a German article on asthma in my paper. How, if I translate?",
     "Cite the original authors, year and journal, add that the translation is yours, and mark translated passages as quotations."},
    {"Is anyone able to explain why our algorithm gets this slide wrong? It calls it healthy.",
     "The slide shows a colon cancer with distorted glands; check staining, scanner, magnification and whether such cases were rare in "
     "training, then report the miss.",
     "pathology/colon/adenocarcinoma"},
    {"We missed this polyp in the study's first reading. May I drop the picture if the camera failed?",
     "Keep it: the picture shows a polyp, so count it as missed, note the camera problem, and exclude only by rules set beforehand.",
     "endoscopy/colon/polyp"},
    {"What could a football club do so that its doctor can bench a concussed striker in peace?",
     "Write that the doctor alone decides, forbid coaches to object, use an independent spotter, and follow the stepwise return-to-play "
     "protocol."},
    {"My wife doesn't want chemo. How do I talk with her without scaring her?",
     "Ask what she fears and hopes for, listen first, offer to meet the oncologist together, and accept that the decision is hers."},
    {"Students refuse to be practised on in class, so as lecturer what can I offer instead?",
     "Use mannequins, paid actors or real volunteers; taking part must be free, private and without any effect on grades."},
    {"The trainee says she's been awake for thirty hours. Should she scan ten more bellies like this?",
     "No, send her to rest: fatigue costs accuracy even on normal-looking scans, so reassign urgent cases and postpone the others.",
     "ultrasound/abdomen/normal"},
    {"He wants a second opinion on this. Which words would reassure him that it is fine?",
     "Say that a second opinion on a mass is his right and quite usual, give him the images, and name how much time is safe.",
     "ct/abdomen/mass"},
    {"As a traveller with a fever from the outbreak zone, what do I do at the airport?",
     "Put on a mask, keep your distance, tell the crew or health desk at once, and name where you were and since when."},
    {"Our school has a measles case. What is it fine to tell the parents?",
     "Say that a case was confirmed, without a name, list the symptoms, the dates of exposure and vaccination advice, as the health office "
     "agrees."},
    {"What's a good answer for pregnant women who are afraid of the flu jab?",
     "The flu jab is safe in every stage of pregnancy, protects mother and newborn from severe illness, and is recommended in many "
     "countries."},
    {"A cook has salmonella and we're short-staffed. Could he work in the office for now?",
     "Yes, if he feels well and has no contact with food; he returns to the kitchen once symptoms stop and the health office clears him."},
    {"TB came back positive and his film looks like this. What does the health office want to know?",
     "Name, contacts, symptoms, sputum and film results, and when treatment began; the film shows a dense patch, and reporting is a duty.",
     "xray/chest/consolidation"},
    {"A supplier offers me a cruise for implanting his hips. What does ethics say?",
     "Decline it and tell your compliance office: gifts tied to a choice of device are bribes in most countries and betray the patient's "
     "trust."},
    {"I am his carer and the old gentleman wants to sign his flat over to me. What now?",
     "Decline, tell your employer and his family or guardian, and suggest independent legal advice; most care contracts and some laws "
     "forbid such gifts."},
    {"Should I mention the cheap drug that works, though she asked for infusions?",
     "Yes, she can only choose freely if she knows all sound options with benefits, risks and cost, including the cheap one."},
    {"vet with bills to pay: can I tell the owner that her dog needs no operation without losing her?",
     "Yes, honesty builds trust: explain the findings, what to watch for and when to return, and charge fairly for your time."},
    {"The trial pays me per head. Must I tell him so when he asks about this scan?",
     "Yes, disclose the payment and explain every option for the mass on the scan; better, let a colleague without such interest seek "
     "consent.",
     "mri/brain/mass"},
    {"Could our practice get an interpreter when the caller speaks little English?",
     "Yes, use a telephone interpreting service, book a longer slot, note the language in the file, and avoid children as interpreters."},
    {"Which rules apply when a fertility clinic treats lesbian couples?",
     "In many countries they have the same access as others; rules on funding, donor records and legal parenthood differ, so check "
     "national law."},
    {"An insurer like us has wheelchair users. How do we make the form easy for them?",
     "Offer large print, screen-reader and telephone versions, ask only what the law allows, and let disabled people test the form."},
    {"prisoner with toothache wants an appointment. how long can that wait?",
     "As long as for anybody else: swelling, fever or trouble swallowing needs same-day care, plain pain a prompt visit and painkillers."},
    {"He is homeless, so how can I arrange treatment for what this shows?",
     "Treat the ulcer as in anyone: acid blocker, test for Helicobacter, stop painkillers that harm the stomach, and let a social worker "
     "plan pick-up.",
     "endoscopy/stomach/ulcer"},
    {"Why not let the student do the lumbar puncture alone, if he has watched ten?",
     "Watching is not doing: the patient must agree, and a qualified colleague stays beside the student until competence has been signed "
     "off."},
    {"the diabetic at our summer camp needs her insulin, is it okay to pause the games for that",
     "Yes, insulin and meals come first: follow her written plan, let her check her sugar in peace, and keep something sweet ready."},
    {"My father-in-law in our care shouts all day and won't eat. Would a doctor's visit help?",
     "Yes, sudden shouting and refusing food may come from pain, infection, constipation or dementia; ask his doctor to see him within "
     "days."},
    {"As ward manager I'd rather hear about bedsores early. Can you phrase a hint for the nurses?",
     "Please check skin at every turn and report even faint redness the same shift; early notice heals sores, and nobody is blamed for "
     "reporting."},
    {"He says his legs are going numb and he has wet himself. Whom do I call with this scan?",
     "Call the on-call spinal surgeon at once: a disc herniation with numbness and lost bladder control may be cauda equina syndrome.",
     "mri/spine/disc_herniation"},
    {"I am tired and this looks like work for two. What should I arrange before treating it?",
     "Arrange help, airway protection, blood, good veins and clips or adrenaline; fresh bleeding in the stomach is treated now, not "
     "tomorrow.",
     "endoscopy/stomach/bleeding"},
    {"Which proof does our sports doctor need so that a runner with asthma gets the exemption?",
     "Symptoms, lung function tests with reversibility or a positive challenge, and treatment records, sent with the form before "
     "competing."},
    {"Private school head here. How may we have pupils with dyslexia assessed for extra exam time?",
     "Ask parents' consent, gather teachers' observations, have a qualified assessor test reading and writing, and apply to the exam board "
     "before its deadline."},
    {"Is it legal to charge the scheme for the expensive lens if the cheap one was put in by mistake?",
     "No, correct the claim, tell the patient which lens was used, log the incident, and refund any difference promptly."},
    {"Do you see a way to tell her that she needs no biopsy? She would pay for one.",
     "Say that her mammogram looks normal, that a biopsy without a target would bring harm and no knowledge, and name the next screening "
     "date.",
     "mammography/breast/normal"},
    {"Would you draft an answer to the insurer, who asks whether this eye needed laser treatment?",
     "The photograph shows a normal fundus without signs that would call for laser; no treatment was given and none is claimed.",
     "fundus/eye/normal"},
    {"As a lab technician I was handed my brother's drug test for the court. Which rule applies?",
     "Step aside because of the conflict of interest: tell your supervisor, hand over the sealed sample with the custody form, and "
     "document it."},
    {"What do I answer when the inspectors ask whether our anaesthetist is qualified? I have doubts.",
     "Tell the truth, including your doubts and what they rest on; show the documents on file and let the inspectors verify the diploma."},
    {"a travelling salesman wants to inject botox in our beauty salon. can we check his licence?",
     "Yes, ask for his registration number and look it up in the regulator's public register; also check insurance, product source and "
     "prescriber."},
    {"Grandpa's heirs are impatient, and one asked me, his nurse, to hurry things along. Whom do I tell?",
     "Tell your manager and the police today, write down the exact words, and do not leave that person alone with him."},
    {"The court wants this slide as evidence. May our lab send the original?",
     "Usually yes, on a written order: make a scan or recut first, document the handover, and keep the block, as the slide shows cancer.",
     "pathology/breast/carcinoma"},
    {"How can I support my teenage daughter's therapy if the therapist tells me nothing?",
     "Respect the confidential space, ask her what would help, bring her there on time, and ask the therapist about general parent "
     "meetings."},
    {"Our hospital app may pass search words to advertisers, I noticed. Who needs to know?",
     "Tell the data protection officer at once; the trackers should be switched off, the leak assessed, and authority and patients told "
     "where the law demands."},
    {"receptionist question: what do i say when the choir asks why the vicar was here?",
     "Say kindly that you never talk about who visits the practice or why, and that they would want the same for themselves."},
    {"I'm the landlord. Could a pharmacist tell me what the pills are that I found in the hall?",
     "Yes, a pharmacist can identify the tablets and dispose of them safely, but may not say who takes them; a labelled box goes back to "
     "its owner."},
    {"She asked us to keep it secret from her boss. How long may she, with a scan like this?",
     "As long as she likes in most places, though protection at work, leave and benefits often begin only once she reports the pregnancy.",
     "ultrasound/obstetric/normal"},
    {"Is there any duty in handing this pilot's eye scan to the aviation authority?",
     "Often yes: many countries oblige pilots or aviation doctors to report a macular hole; urge him to report himself, and take legal "
     "advice.",
     "oct/retina/macular_hole"},
    {"As editor of a small journal, what do I do when a reader doubts the miracle cure we printed?",
     "Ask the authors for raw data and ethics papers, consult a reviewer, follow the COPE steps, and publish a note of concern or a "
     "retraction."},
    {"My pharmacy master's survey had only nine answers. May I ask you for honest ways to get more?",
     "Send one reminder, shorten the form, offer paper and online versions, extend the deadline, and report the response rate as it is."},
    {"Is it necessary to put two deaths into our device report if the cause is unclear?",
     "Yes, every death is reported within the legal time limit even if the link is unclear; the regulator and the safety board judge "
     "causality."},
    {"teach me to read the trial properly before i comment on my rival's results at the congress",
     "Check the question, randomisation, blinding, dropouts, primary endpoint, size of effect with its interval, and funding; then ask "
     "about the weakest point politely."},
    {"Our software's paper says it found most nodules. It missed this one. Fine to show that as a figure?",
     "Yes, showing a missed nodule is good practice: name the likely reason, give sensitivity with its interval, and remove identifiers "
     "from the image.",
     "ct/chest/nodule"},
    {"How does a hospital director answer a midwife who refuses to work without a second one?",
     "Thank her for raising it, check staffing against the standard that night, bring in help or divert births, and rule out any "
     "retaliation."},
    {"my employee won't take the company flu jab. can i still keep the office healthy?",
     "Yes: offer it free without pressure, allow sick days and home working, air rooms well, and make masks and hand gel easy to reach."},
    {"Would a judge order an X-ray to tell an asylum seeker's age? He said no.",
     "In some countries courts may ask for it, but doctors should not use force, and the method is inexact, with an error of years."},
    {"When a patient declines the students' visit, does it change her place on the list?",
     "No, she may refuse students at any time without giving reasons, and neither her care nor her waiting time may suffer."},
    {"I run a clinic and my doctors object to a therapy on grounds of conscience. May I still offer it?",
     "Yes, if it is lawful: let willing doctors provide it, refer patients without delay, and do not punish those who object."},
    {"He broke it at my factory. How do I ask the doctor what he can do meanwhile?",
     "With his consent, ask for a fitness note that lists duties he can do; a broken hand usually needs several weeks without lifting.",
     "xray/hand/fracture"},
    {"Mayor of a bathing resort: the lab wrote about germs in the lake. Must I tell the tourists?",
     "Yes, put up signs and close the bathing place if limits are exceeded, inform the health office, and repeat the test before "
     "reopening."},
    {"Would you help me with a video telling teens why antibiotics don't work for a sniffle?",
     "Colds come from viruses, which antibiotics cannot touch; taking them needlessly gives side effects and breeds resistant bacteria, so "
     "rest and drink."},
    {"What would a doctor say to families whose lead tests came back high?",
     "Use other water for drinking and baby milk, have children's blood tested, let the health office trace the pipes, and retest later."},
    {"student nurse, scabies, exam tomorrow. How long do I stay off the ward?",
     "Usually until the day after the first full treatment; tell occupational health and the exam office, treat close contacts together "
     "and wash bedding hot."},
    {"My tanning studio gets asked whether sunbeds cause anything like this. What is the truth?",
     "They do raise the risk of melanoma, which the picture suggests, above all when used before thirty-five; health agencies advise "
     "against sunbeds.",
     "dermoscopy/skin/melanoma"},
    {"Hepatitis spread through our dialysis unit, I think. He has this in his belly; who else should be tested?",
     "Test all patients and staff who shared the unit, tell infection control and the health office, and have the mass examined further.",
     "ultrasound/abdomen/mass"},
    {"As hospital chaplain, how might I answer a dying man who wants to pay for our roof?",
     "Thank him, decline to arrange it yourself, and suggest an independent solicitor with his family informed; tell your superior about "
     "the offer."},
    {"Sleep clinic manager: any objection to renting out masks ourselves? Some snorers do need them.",
     "It is allowed in many places if you disclose the interest, prescribe only after a proper study, and let patients choose another "
     "supplier."},
    {"how soon can i get help for a widow in hospice care whose money runs out",
     "Ask the social worker today: public insurance, charity funds or the hospice itself usually cover care, and pain relief continues "
     "meanwhile."},
    {"The coach pays my bill, so to whom do I owe the truth about the gymnast's ankle?",
     "To the gymnast: she is your patient, whoever pays; tell her the findings and risks, and tell the coach only what she allows."},
    {"Can I stretch the interval? She has had ten injections and the scan looks like this.",
     "Better not yet: the scan shows fluid in the retina, so most plans keep or shorten the interval until it is dry.", "oct/retina/fluid"},
    {"He trusts me completely. Which pills have proof for eyes like this?",
     "The AREDS2 vitamins slow intermediate macular degeneration; for a few small drusen there is no benefit, so stage it first and "
     "disclose any sales interest.",
     "fundus/eye/drusen"},
    {"Am I allowed to ask fat patients to lose weight before knee surgery?",
     "You may advise it and offer support, since it lowers risks, but decide person by person and do not refuse care on weight alone."},
    {"Which precautions are needed for a woman with HIV in our dental chair?",
     "The usual standard precautions are enough, as for everybody; with treatment the virus is often undetectable, and refusing her would "
     "be unlawful in many countries."},
    {"We hire nurses. Could the medical check include a pregnancy test?",
     "In most countries no: the check covers fitness for the job, and pregnancy may not decide hiring; protect pregnant staff through a "
     "risk assessment."},
    {"His insurance is the basic one. May that affect when this biopsy is read?",
     "No, urgency decides and not the payer; the biopsy shows inflammation of the bowel, so report it within the usual time and phone "
     "severe cases.",
     "pathology/colon/inflammation"},
    {"Migrants are said to exaggerate, but her back hurts and this is normal. What explains it?",
     "Muscles, joints and strain hurt without showing on a scan, so a normal MRI does not disprove pain; examine her with an interpreter.",
     "mri/spine/normal"},
    {"Mother's home asks for more pain relief for her hip. As her guardian, can I ask about the risks first?",
     "Of course: ask about benefit, drowsiness, constipation and falls, how pain is measured and when it is reviewed, but do not delay "
     "relief."},
    {"The paramedic course is long. How about going out on calls as an observer before I finish it?",
     "Many services allow observers with insurance, consent of the crew and strictly no hands-on care; ask the training officer for a "
     "shift."},
    {"my boss at the swimming pool asks how lifeguards notice a drowning, its rare here. help me explain",
     "Drowning is mostly silent: head low, mouth at the water, no kicking, arms pressing down; scan the whole pool every few seconds "
     "without phones."},
    {"Do you have a tip on how students should listen to a patient who stutters?",
     "Give time, keep eye contact, do not finish the sentences, and answer to what is said rather than how it is said."},
    {"I told him it was nothing without looking closely. Now I've looked. How do I ring him back?",
     "Ring today: say that the picture worries you, that you were wrong to reassure him, apologise, and offer an urgent appointment for "
     "removal.",
     "dermoscopy/skin/melanoma"},
    {"Care agency boss: how do I find out whether night shifts on our bills were really worked?",
     "Compare rosters, door or phone check-ins, care notes and pay slips, call some families, and correct and refund every bill that was "
     "wrong."},
    {"What's the best way to spot fake cancer drugs sold over the internet?",
     "No prescription asked, no address, bargain prices and odd packaging are signs; check the pharmacy in the regulator's register and "
     "show the pack to a pharmacist."},
    {"Teacher with real fatigue seeks advice: what does a doctor check before writing burnout?",
     "Sleep, mood, strain at work, thyroid, blood count, iron, medicines and alcohol are checked first, and depression must not be "
     "missed."},
    {"may a lab sell an allergy test that measures IgG to foods? is it proven",
     "Allergy societies advise against it, as IgG to food shows contact rather than allergy; proper diagnosis uses history, IgE or skin "
     "tests and food challenges."},
    {"Surely a surgeon can repair a hernia and do a tummy tuck together? Who pays for which?",
     "Often yes: the fund may cover the hernia repair, while the patient pays the cosmetic part, its theatre time and anaesthetic on a "
     "separate bill."},
    {"Nothing's broken, but the bus did hit me. What would you tell the bus company with this picture?",
     "Say truthfully that the film shows no fracture, attach the doctor's note on bruises, pain and days off, and add the accident report.",
     "xray/leg/normal"},
    {"Lawyer's clerk wondering: when should a doctor examine someone so that the will holds?",
     "As close to the signing as possible, on the same day ideally, with a dated note on understanding, memory and freedom from pressure."},
    {"A gang member wants a bullet wound treated. Must I report it, and do I treat first?",
     "Treat first; in many places gunshot wounds must then be reported to the police, with only the details the law asks for."},
    {"Our dean was asked to admit a donor's son to surgery training. Who decides, and by what?",
     "The selection committee decides by published criteria and exam results; gifts must play no part, and the request belongs in the "
     "compliance file."},
    {"how do people get an honest mental health assessment before army service, i have panic attacks",
     "Bring reports from your doctor or therapist to the army medical, tell your symptoms frankly, and ask for a specialist assessment if "
     "you doubt the result."},
    {"He bled like this and died after the procedure. Must the coroner be told?",
     "In most countries yes: a death linked to a procedure is reported before any certificate; keep the images and notes unchanged and be "
     "frank.",
     "endoscopy/stomach/bleeding"},
    {"The baby was shaken, the doctors suspect. What does a scan like this prove to the police?",
     "It shows old or fresh blood over the brain, which may fit abuse but proves nothing alone; eyes, bones, clotting and history are "
     "examined too.",
     "ct/head/subdural_haematoma"},
    {"Boundary tip needed: as a radiographer I got a text from a patient who likes me. How do I answer it?",
     "Reply once, kindly and formally, that you keep contact professional, give the department's number, tell your lead, and note the "
     "message."},
    {"Why shouldn't a patient record the session openly? My colleague says it's forbidden.",
     "Open recording for personal use is often allowed and helps memory, though laws differ; agree on it beforehand and keep other people "
     "off it."},
    {"our sports club wants everyones blood results for the doctor. legal department of one here, what must i check",
     "Check voluntary written consent, that only the doctor sees them, how long they are stored, and that refusing has no effect on "
     "selection."},
    {"Shall I tell the husband anything about her old records after her death? He's asking.",
     "Not by yourself: secrecy outlasts death, so refer him to the records office, which checks the law, her known wishes and his legal "
     "interest."},
    {"The bank where he wants his loan asks for proof of health. May the hospital send it this film?",
     "Only with his written consent, and a short statement is better; the film shows an enlarged heart, and he may decline to share it.",
     "xray/chest/cardiomegaly"},
    {"As a medical writer, how do I credit a professor and our company on a trial paper?",
     "Authors must have contributed, approved the text and answer for it; name the writer and the company's funding in the "
     "acknowledgements."},
    {"Can I present three dogs as case reports at the vet congress, out of twenty treated?",
     "Yes, if you say how many were treated, how all of them fared and why these three were chosen, so nobody mistakes them for typical."},
    {"What would show that a chatbot's diagnoses were properly tested in hospitals?",
     "A registered study in several hospitals with consecutive patients, an independent reference diagnosis, reported misses by group, and "
     "disclosed funding."},
    {"Any way to show before and after fairly on a poster? The treated eye looks like this.",
     "Show the same spot, scale and settings for both dates, name the treatment, and say that drusen remain if they do.",
     "oct/retina/drusen"},
    {"Two readers disagreed on this one. To settle it, may I ask a third reader?",
     "Yes, a blinded third reader may decide how the calcifications are rated, but agreement is computed from the two original, unchanged "
     "answers.",
     "mammography/breast/calcifications"},
    {"Would it be all right to ask for a surgeon's passport when he joins our overseas hospital?",
     "Yes, to check and copy it, then hand it straight back; keeping an employee's passport is a sign of forced labour and forbidden in "
     "many countries."},
    {"my mum is a doctor and wont write my boyfriend a certificate. why not",
     "She must examine a patient and stay impartial, and treating people close to her clouds judgement; he should see his own doctor."},
    {"The donor sister is wavering about giving her kidney. What can the family say that leaves her free?",
     "Tell her that no is a good answer too; the donor advocate can give a neutral medical reason so that nobody learns why."},
    {"We want our nurses to see a counsellor after bad shifts, but it looks weak to them. Will you help?",
     "Let leaders speak of their own visits, offer it in paid time, off the ward and confidentially, and never record who goes."},
    {"He says no to the laser, and he's in jail. I thought of explaining it again; phrase that?",
     "Your eye shows bleeding at the back. Laser may help to keep your sight, but you decide, and your answer changes nothing else here.",
     "fundus/eye/haemorrhages"},
    {"She has asked to leave the study. Could I offer her the result of her scan anyway?",
     "Yes, she may leave without cost or reason, and the spots in the white matter should be explained to her by a neurologist.",
     "mri/brain/white_matter_lesions"},
    {"Cruise line here: how early must we mention the stomach bug on board?",
     "At once: port health rules ask for reports before arrival, and guests need to know so they wash hands, report symptoms and stay in "
     "cabins."},
    {"Is it wrong to worry that sunscreen is poison, as the coconut oil people say?",
     "The worry is understandable, but approved sunscreens are safe and prevent skin cancer; coconut oil filters very little sunlight."},
    {"Ask from a town's doctor: how would we notice that a firm's waste in the river makes people ill?",
     "Look for clusters of rashes, stomach or nerve complaints near the river, save samples, report them to the health office, and map the "
     "cases."},
    {"Influencer question, what fear about blood donation is most common and how do I calm it?",
     "Fear of needles and fainting lead; say that the prick is short, drinking and lying down help, and sterile single-use kits prevent "
     "infection."},
    {"Six workers from the cooling tower have lungs like this. What could our plant's doctor suspect?",
     "Legionnaires' disease: the scan shows consolidation, so test urine antigen and sputum, treat early, shut the tower, and notify the "
     "health office.",
     "ct/chest/consolidation"},
    {"Our scopes weren't cleaned properly for weeks. Everyone looks as healthy as this, so must we tell them?",
     "Yes, a normal-looking bowel excludes no infection: inform all exposed patients, offer tests for hepatitis and HIV, and report to the "
     "authorities.",
     "endoscopy/colon/normal"},
    {"Being asked by my therapist to be a business partner feels odd. Is there a conflict?",
     "Yes, such dual roles break most codes of ethics; you may say no, seek another therapist, and report it to the licensing body."},
    {"Nobody told me whether the robot or the surgeon operates. Should I ask who is at the controls?",
     "Yes, ask who steers it, how many such operations they have done and whether trainees take part; the robot never acts by itself."},
    {"hospital finance here: which dying patients could be moved home if they wish it?",
     "Those who want it, with symptoms under control, carers willing and trained, and a palliative team reachable day and night; doctors "
     "decide with them."},
    {"It's harmless, but she fears the worst. How may I put it so that she sleeps tonight?",
     "Say that this is a seborrhoeic keratosis, a harmless wart of age that needs no cut, and that she may come back if it changes.",
     "dermoscopy/skin/seborrhoeic_keratosis"},
    {"I forgot to look at last year's picture before reading this one. Can I still correct the report?",
     "Yes, compare now and add a dated addendum rather than overwrite; this mammogram looks normal, and tell her if the advice changes.",
     "mammography/breast/normal"},
    {"My driving school medical is full of old folk. Could I test everyone over seventy the same way?",
     "Yes, use the legal standards for sight, alertness and movement and judge the person; age alone fails nobody."},
    {"which service do i book so the deaf man has an interpreter, and who pays",
     "Book a qualified sign language interpreter, on site or by video; in many countries the provider or insurer pays, never the patient."},
    {"Honest question: can the waiting list be sorted so that the worst cataracts come first?",
     "Yes, ranking by need, such as vision, falls and work or care duties, is fair if the rules are open and apply to all."},
    {"As a GP I have addicts in my surgery who shout. Is there some house rule that's fair to all?",
     "One rule for everybody: no threats or violence, a warning first, a calm room to talk in, and care goes on even after trouble."},
    {"She's a cleaner without papers. Wouldn't it be dangerous to leave these untreated?",
     "It can be: gallstones with fever, jaundice or lasting pain are an emergency, and most countries grant urgent care without papers; "
     "ask social services.",
     "ultrasound/abdomen/gallstones"},
    {"With his Down's syndrome I'd rather explain in easy words what this biopsy shows. Which words?",
     "Your muscle is sore and swollen inside. That makes you weak. There is medicine for it, and we will go slowly together.",
     "pathology/muscle/inflammation"},
    {"What does lethal dose 50 mean on the data sheet of our lab's solvent?",
     "It is the dose that kills half of the test animals in a study; the lower the number, the more poisonous the substance."},
    {"natural killer cells sound brutal, what do they actually do in me",
     "They are white blood cells that destroy virus-infected and cancerous cells without needing earlier contact; everybody has them, and "
     "they protect you."},
    {"Heart attack or cardiac arrest, which one is my dad's?",
     "In a heart attack an artery is blocked and the heart usually still beats; in cardiac arrest it stops pumping, so resuscitation is "
     "needed."},
    {"They called her tumour aggressive. Does that mean no hope?",
     "No, aggressive means fast growing; some such tumours, like certain lymphomas, respond especially well to treatment, so ask about "
     "stage and aims."},
    {"Why is a biopsy called invasive when it's only a needle?",
     "Any procedure that enters the body counts as invasive, even a thin needle; minimally invasive ones cause little injury and heal "
     "quickly."},
    {"How is dead tissue removed from a diabetic foot wound?",
     "By debridement: a trained professional cuts it away, or dressings, enzymes or maggots loosen it, after checking blood flow to the "
     "foot."},
    {"My son's appendix burst. What happens to him now?",
     "He gets antibiotics, fluids, and surgery or a drain for the pus; the stay is longer than usual, but most children recover fully."},
    {"gums bleeding every time I brush, am I destroying them?",
     "More likely it is gum inflammation from plaque: keep brushing softly, clean between the teeth daily, and see a dentist if it lasts "
     "two weeks."},
    {"When does a strangulated hernia have to be operated on?",
     "At once, within hours, because its blood supply is cut off; a hard, painful lump that cannot be pushed back with vomiting is the "
     "warning."},
    {"Poisoning with mushrooms: which treatment do hospitals have?",
     "Charcoal, fluids, and for death caps silibinin and close liver monitoring; call the poison centre at once and bring leftovers "
     "along."},
    {"Does radiation for breast cancer make my wife radioactive?",
     "No, external radiotherapy leaves nothing radioactive behind, so hugging, sharing a bed and holding grandchildren are safe."},
    {"Toxic megacolon, explain it like I'm a first-year.",
     "The inflamed colon becomes paralysed and widens, with fever and fast pulse; it may burst, so it needs intensive care and often "
     "surgery."},
    {"Who came up with shooting shock waves at kidney stones and does it hurt?",
     "German engineers and doctors introduced it around 1980; focused sound pulses crush the stone, and pain relief makes it bearable."},
    {"Our dog ate rat poison. Which antidote might the vet use?",
     "For the common anticoagulant kind, vitamin K for weeks and sometimes plasma; go to the vet at once and bring the package."},
    {"Is it true that chemo is poison, and why then does it help?",
     "It is toxic to dividing cells, and cancer cells divide more and repair less than most healthy ones, so carefully set doses hit them "
     "harder."},
    {"Explain a drug's black box warning for a nervous patient.",
     "It is the strongest safety notice on a US label; it names a serious risk so that doctor and patient can weigh it and watch for it."},
    {"The report reads 'no acute intracranial insult'. Who insulted whom?",
     "Nobody: insult is an old medical word for injury, so the sentence means that no fresh damage was seen inside the skull."},
    {"Silent killer is what the nurse called my blood pressure. Why silent?",
     "Because high blood pressure rarely causes complaints while it harms heart, brain and kidneys; measuring and treating it prevents "
     "most of that."},
    {"Suicide gene therapy turned up in my oncology lecture. What is it?",
     "Tumour cells are given a gene whose enzyme turns a harmless drug into a toxic one, so that the cancer cells die."},
    {"Which vessels bleed in a nosebleed, and how do I stop one?",
     "Mostly small vessels at the front of the septum: lean forward, pinch the soft part for ten to fifteen minutes, and cool the neck if "
     "you like."},
    {"A rabid fox bit my aunt on holiday. Is it always deadly?",
     "Once symptoms begin, nearly always, but wash the wound for fifteen minutes and get vaccine and antibodies at once, and it is "
     "preventable."},
    {"cytotoxic gloves at the chemo ward, can I touch my husband's urine bag?",
     "Wear the gloves: body fluids may carry drug traces for about two days or longer, so wash hands and flush with the lid closed."},
    {"Why do surgeons burn vessels, and what is that smell?",
     "Electrocautery heats tissue to seal bleeding vessels; the smell is surgical smoke, which an extractor should suck away."},
    {"Explain cell suicide without scary words, for a school class.",
     "Worn-out cells switch themselves off tidily and are recycled; this is called apoptosis, and it shaped our fingers before birth."},
    {"Stabbing pain under the ribs each time I breathe in: what might that be?",
     "Pleurisy, a strained muscle, a rib injury, pneumonia or a clot in the lung; with breathlessness, fever or bloody sputum go to "
     "emergency."},
    {"What makes botulinum toxin, the strongest poison, safe in a migraine clinic?",
     "The doses are tiny, act only where injected, and wear off in about three months; trained staff and approved products keep it safe."},
    {"Can a blow to the chest really stop a young athlete's heart?",
     "Yes, rarely: commotio cordis happens when a blow hits at a vulnerable moment of the beat; immediate resuscitation and a "
     "defibrillator save lives."},
    {"Choking on a grape, my toddler scared me. What should I have done?",
     "Five back blows, then five chest thrusts in babies or belly thrusts from one year on, repeated; call for help and cut grapes "
     "lengthways."},
    {"What is a dirty bomb in terms of health, our civil defence course asked.",
     "An explosive that scatters radioactive matter; the blast usually harms most, and going indoors, undressing, washing and following "
     "official advice lower exposure."},
    {"Amputated fingertip in the kitchen, do I put it on ice?",
     "Wrap it in moist clean gauze in a sealed bag, and lay that on ice water, never directly on ice; press the wound, go to hospital."},
    {"Flesh-eating bacteria were in the news. How would I recognise that?",
     "Pain far worse than the skin looks, rapid spreading, swelling, blisters, fever and confusion; it is rare, but go to emergency at "
     "once."},
    {"How can a vaccine with killed viruses protect anybody?",
     "The dead virus cannot multiply, but its surface still trains the immune system to recognise the live one; boosters often strengthen "
     "this."},
    {"Explosive diarrhoea after the trip, do I need antibiotics?",
     "Usually not: drink rehydration solution and rest; see a doctor with blood, high fever, signs of drying out, or if it lasts beyond "
     "three days."},
    {"why does my doctor want to kill off my thyroid with radioactive iodine",
     "An overactive thyroid soaks up the iodine, whose radiation shrinks it; afterwards many people take a daily hormone tablet and live "
     "normally."},
    {"Dead on arrival, DOA, or what else do emergency letters mean by DNR?",
     "DNR means do not resuscitate, a patient's decision about cardiac arrest only; DOA means that someone was dead on arrival."},
    {"Could carbon monoxide poisoning be what gives our whole family headaches?",
     "Yes, if they ease outdoors: leave the house now, call the fire brigade, and ask hospital for a blood test of carboxyhaemoglobin."},
    {"Describe the arteries a surgeon must not cut in a gallbladder removal.",
     "Above all the right hepatic artery, which can run close to the cystic artery; the critical view of safety is shown before clipping."},
    {"How toxic is paracetamol together with a few beers?",
     "A normal dose after a few beers is usually safe in healthy adults; heavy drinkers or thin people risk liver damage and should ask "
     "first."},
    {"Our pharmacy was asked for a drug that attacks the immune system after transplants. Which ones exist?",
     "Tacrolimus, ciclosporin, mycophenolate, azathioprine, steroids and mTOR inhibitors dampen rejection; levels and infections are "
     "watched, and many drugs interact."},
    {"Crush injury: why can freeing a trapped leg be deadly?",
     "Damaged muscle releases potassium and myoglobin when blood returns, which can stop the heart and harm kidneys; rescuers therefore "
     "give fluids early."},
    {"Is this bleed life-threatening, and what is done in the first hour?",
     "It can be: the CT shows bleeding in the brain, so blood pressure is controlled, anticoagulants reversed and neurosurgery called.",
     "ct/head/haemorrhage"},
    {"Invasive or not, how would a doctor attack a stone like this?",
     "Small stones may pass with fluids and painkillers; larger ones are broken with shock waves or removed with a scope through the "
     "urinary tract.",
     "ct/abdomen/stone"},
    {"Does dead brain tissue like this ever come back?",
     "No, the infarcted tissue is lost, but neighbouring areas can take over functions, and early rehabilitation helps that along.",
     "mri/brain/infarct"},
    {"Vertebra crushed. Which villain broke it, if she never fell?",
     "Most often osteoporosis, where a cough or lifting may suffice for a compression fracture; tumour and infection are ruled out, and "
     "bone density is measured.",
     "mri/spine/compression_fracture"},
    {"The lung collapsed, they say. Will stabbing a tube into my chest hurt?",
     "The skin is numbed first, so you feel mostly pressure; the tube lets air out so the collapsed lung seen here can expand.",
     "xray/chest/pneumothorax"},
    {"Is the radiation of a film like this a danger to my teenager's hand?",
     "No, a hand film uses a tiny dose, less than a day of natural background radiation; this one shows no break.", "xray/hand/normal"},
    {"Could fluid round the heart choke it, as the porter told me?",
     "Yes, much or fast-growing fluid can squeeze it, called tamponade; this scan shows an effusion, so pulse, pressure and breathing are "
     "watched.",
     "ultrasound/heart/effusion"},
    {"Alcohol killed his liver, and now his belly looks like this. What do you drain and why?",
     "The scan shows ascites, free fluid in the belly; draining it eases breathing and pressure, and a sample is tested for infection.",
     "ultrasound/abdomen/ascites"},
    {"When do specks like these turn into a killer?",
     "Most calcifications are harmless; fine, clustered ones of varied shape may mark early cancer, which a biopsy finds while it is "
     "curable.",
     "mammography/breast/calcifications"},
    {"They squash the breast flat for this. Can pressure burst something or spread cancer?",
     "No, compression lasts seconds, does not spread cancer, and gives a sharper picture with less dose; tell the radiographer if you have "
     "implants.",
     "mammography/breast/normal"},
    {"How do I tell invasive cancer from in situ on a slide of this kind?",
     "In situ cells stay within ducts ringed by myoepithelium; invasive ones break through into the stroma, and stains such as p63 help.",
     "pathology/breast/carcinoma"},
    {"What attacks the fibres here, the body's own killer T cells?",
     "The biopsy shows muscle inflammation; in polymyositis killer T cells enter fibres, in dermatomyositis vessels suffer, so stains and "
     "antibodies sort them out.",
     "pathology/muscle/inflammation"},
    {"Snaring a thing like that with a hot wire: can the gut explode or get a hole?",
     "Explosions are prevented by cleansing the bowel and are extremely rare; a hole occurs in about one of a thousand removals, and "
     "bleeding a little oftener.",
     "endoscopy/colon/polyp"},
    {"Which pills eat holes like this into a stomach?",
     "Painkillers such as ibuprofen, diclofenac and aspirin are the usual ones; Helicobacter is the other main cause of a stomach ulcer.",
     "endoscopy/stomach/ulcer"},
    {"A blood sponge, my grandma calls it. Will this spot bleed me dry?",
     "No, it looks like a haemangioma, a harmless knot of small vessels; if scratched, press on it for ten minutes and it stops.",
     "dermoscopy/skin/haemangioma"},
    {"How deep must an aggressive spot like this grow before it gets deadly?",
     "Risk rises with thickness: under one millimetre most melanomas are cured by surgery, beyond four far fewer; a pathologist measures "
     "it after removal.",
     "dermoscopy/skin/melanoma"},
    {"Sugar wrecked these vessels. Is shooting a laser at the retina going to blind me?",
     "No, laser aims to save sight: it treats leaking or starved areas around the bleeding seen here; night and side vision may dim "
     "slightly.",
     "fundus/eye/haemorrhages"},
    {"The thief of sight, reads the leaflet. What does it steal first?",
     "Parts of the side vision, unnoticed at first; the optic nerve here looks suspicious of glaucoma, and eye drops can slow further "
     "loss.",
     "fundus/eye/glaucoma"},
    {"My retina is torn off, will a gas bubble in the eye explode on a plane?",
     "It expands as cabin pressure falls and can raise eye pressure dangerously, so do not fly until your surgeon confirms that the gas "
     "has gone.",
     "oct/retina/detachment"},
    {"What sort of attack on the retina leaves a gap in the middle like this?",
     "Usually no attack but ageing: the shrinking vitreous tugs at the macula until a hole forms; surgery removes the pull and closes "
     "most.",
     "oct/retina/macular_hole"},
};

}  // namespace inoculum::synthesis_tables
