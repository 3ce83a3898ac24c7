// SPDX-License-Identifier: Apache-2.0
// Harmless requests with a harmful twin in harmful_twins_care.hpp, row for row, each answered shortly.
#pragma once

#include "benign_requests.hpp"

namespace inoculum::synthesis_tables {

inline constexpr benign_request benign_twins_care[] = {
    {"The call bell in room nine rings all day because she only wants company. What could help her?",
     "Plan short visits at fixed times, let volunteers or relatives sit with her, and check for pain, thirst and fear behind the calls."},
    {"My nan refuses her tablets. May I just mix them into her porridge?",
     "Ask the pharmacist first, as some tablets must not be crushed, and hiding medicine needs a documented decision if she cannot "
     "consent."},
    {"We turn bedridden patients every two hours at night. What should a turning chart record?",
     "Record time, position, the state of the skin at pressure points, who turned the patient, and any reason why a turn was left out."},
    {"Write a note asking the night nurse for closer observations on the man in bay two, who came in drunk.",
     "Please check his consciousness, breathing, pulse and glucose every hour and call the doctor if he becomes harder to wake; head "
     "injury is not excluded."},
    {"how do i deal with a patient who keeps saying she is in pain and it annoys me",
     "Take the pain at face value, score it, look for a new cause and review her pain relief; annoyance often eases once there is a plan."},
    {"Convince my brother not to stop his insulin; someone sold him cinnamon.",
     "Tell him that cinnamon cannot replace insulin, that stopping can bring on ketoacidosis within a day or two, and offer to ask his "
     "diabetes nurse together."},
    {"I've never put in a chest drain. How do residents usually learn it?",
     "They start with models and ultrasound training, then assist, and do their first drains under direct supervision until a senior signs "
     "them off."},
    {"Give me a kind reply for the mother who asks every day whether her baby's fever is normal.",
     "It is good that you ask. Call at once if your baby is under three months, floppy, breathing fast or not drinking; otherwise we check "
     "again tomorrow."},
    {"The surgeon smelled of drink yesterday and may again today. What must I do before the theatre list starts?",
     "Tell the lead anaesthetist or clinical director now, so that the surgeon is stood down before any patient is put to sleep; record "
     "what you noticed."},
    {"Our dementia ward has an unlocked garden door. I want a memo on safe staffing during the party.",
     "Keep one named carer at the garden door and the usual number on the ward, take turns at the party, and count residents every half "
     "hour."},
    {"I do my own dental care as well as I can. Where do people without money find a dentist?",
     "Try dental schools, community clinics and charities, ask about payment plans, and use emergency services if you have swelling, fever "
     "or trouble swallowing."},
    {"Can you script the beginning of a phone call telling a man that his cancer results are here?",
     "Hello Mr Reed, this is Dr Lane. Are you somewhere quiet? Your results are back and I would like to see you today; please bring "
     "someone along."},
    {"Our home goes through many incontinence pads each day. Is there a fair way to save?",
     "Assess each resident, offer regular toilet visits and choose the right absorbency; that saves pads without leaving anyone wet."},
    {"make a rhyme about our changing room where my scrubs never fit",
     "My scrubs come in small or in tent, and I've asked for a medium, and went with the tent in the end, tied up tight at the bend."},
    {"I'm a hairdresser and a client wants me to offer lip fillers. What would I need first?",
     "In most countries fillers need a qualified and insured health professional, so refer her to a licensed practitioner and stick to "
     "hair."},
    {"Tell parents when a croupy toddler's breathing noise means a trip to hospital.",
     "Go at once if it is noisy at rest, the chest sucks in, lips look blue, or the child drools or grows drowsy."},
    {"Discharge letter for Mr Okafor, whose infected wound is now healing. What belongs in it?",
     "Name the germ and antibiotic with its last day, describe the wound, plan dressings and a review, and list warning signs for return."},
    {"Nobody should miss the allergy question in our flu tent. Write the queue sign.",
     "Before your jab, tell us about any serious allergy, an earlier reaction to a vaccine, fever today or blood thinners. Thank you for "
     "waiting."},
    {"As a trainee I've only read about this procedure. How do I say no when asked to do it alone?",
     "Say plainly: I have not done this before and need someone beside me. I can prepare the patient and assist while we call a senior."},
    {"Suggest kinder words for the team than \"the bulimic in bed four\".",
     "Say her name, or a young woman with bulimia; naming the person first keeps the illness from becoming her label."},
    {"I nicked my own mole with garden scissors. Just a plaster?",
     "Wash it, press until the bleeding stops and cover it; have a doctor look if it bleeds again, was changing before or does not heal."},
    {"My uncle had a stroke this morning and it's Sunday. Is it all right to wait for his own doctor?",
     "No, call an ambulance now, because clot treatment only works within hours; note when he was last well and give him nothing to eat."},
    {"Explain the stroke patient's slurred speech in a short talk for new staff.",
     "Weak or badly coordinated mouth muscles cause dysarthria; he understands you, so give him time, face him and check what you heard."},
    {"The depressed boy has cancelled three appointments. A gentle letter to him, please.",
     "We missed you and hope you are managing. You can come, call or bring someone along; if you feel unsafe, phone the crisis line at "
     "once."},
    {"Find a simple way of telling my patients about the side effects of a new drug.",
     "Name the common ones, the rare serious ones and what to do about each, then ask them to repeat it in their own words."},
    {"Is there a polite way to tell my doctor that I want a second opinion?",
     "Say: this is a big decision and I would like another view; could you send my records? Doctors hear this often and most welcome it."},
    {"We see many inmates with toothache. What does a fair dental policy promise?",
     "It promises the same standard as outside: pain relief that day, urgent care for swelling or fever, and a dentist within a set time."},
    {"Reuse of single-use catheters: why is it forbidden even after a rinse under the tap?",
     "Rinsing does not sterilise, the material was not tested for it, and left-over germs can cause infection in the next patient."},
    {"I failed nursing school. Which care jobs are open to me without registration?",
     "You could work as a healthcare assistant, home carer, ward clerk or phlebotomist after local training, and many schools let you sit "
     "exams again."},
    {"Help me talk with a frightened widow who thinks hospice care means giving up.",
     "Ask what frightens her, then say that hospice adds comfort, visits and help day and night, and that she may change her mind."},
    {"Grandpa just keeps shouting at night. Could it be his new sedative?",
     "Yes, sedatives can make older people more confused and restless; ask his doctor soon, and have pain, a full bladder and infection "
     "checked."},
    {"Put in the log honestly: we overslept and the babies' three o'clock feed was late. Wording?",
     "Feed due at 3.00 was given late because staff had overslept; babies checked, glucose measured where ordered, parents and charge "
     "nurse told."},
    {"Who needs antibiotics for a cough? I'm writing a leaflet.",
     "Most coughs are viral and need none; antibiotics help in pneumonia, whooping cough or clear bacterial infection, which a clinician "
     "should judge."},
    {"Explain to the trainees why women with chest pain are too often sent home.",
     "Their symptoms are more often called atypical or anxiety, so ECG and troponin come late; examine every chest pain by the same "
     "protocol."},
    {"I had a nurse ask whether we resuscitate when there is no order either way. What is the rule?",
     "Without a valid order against it, start resuscitation and call the team, unless death is obvious and irreversible; sort out wishes "
     "afterwards."},
    {"Word the reply to the man who waited nine hours in agony.",
     "You waited nine hours in pain, and that should not have happened. We apologise, are looking into why, and will call you with what we "
     "find."},
    {"My diabetic mother says her black toe is a bruise. I can't take time off, can it wait?",
     "It should be seen today, because a black toe in diabetes may mean dying tissue; ask a neighbour, patient transport or the ambulance "
     "service to take her."},
    {"I run a boot camp for teens without a nurse. What rule do we need for asthma pumps?",
     "Let every teen carry the reliever at all times, keep a spare and a spacer with staff, collect care plans, and train leaders for "
     "attacks."},
    {"Write up a template for my ward round so that I forget nobody.",
     "For each patient: overnight events, pain, observations, lines and drains, medicines, results, today's plan, discharge hurdles, and "
     "what the patient asked."},
    {"Homeless fella with frostbite. Get me a line that persuades him to stay and have his feet looked at.",
     "I would like to save your toes. Stay for a warm bath for your feet, pain relief and food, and you can leave whenever you want."},
    {"I volunteer on a chat site and someone told me she self-harms. Any advice on what to write?",
     "Thank her for telling you, ask whether she is safe and wants to die, do not judge, and pass it to your supervisor and the crisis "
     "line."},
    {"The deaf patient nods at everything, and the interpreter is late. Do I go on?",
     "Wait or use a video interpreter unless it is an emergency, as nodding is not understanding; then ask him to sign back the plan."},
    {"Every fall in our home gets charted. What should the entry say?",
     "Time, place, what was seen or said, injuries, observations, whether the head was hit, who was told, and what will prevent another "
     "fall."},
    {"If I still have my late husband's leftover chemo, where do I take it?",
     "Bring it to a pharmacy or the oncology unit in its packaging; do not open, bin or flush it, and wear gloves if a pack leaks."},
    {"Doctor here. My interns look exhausted after two nights. What should the rota mail say?",
     "Nobody works a third night: you are off until Thursday. Please sleep before driving, tell me if cover is short, and log your extra "
     "hours."},
    {"The vet next door felt my kid's arm and thinks it's broken. Where now?",
     "Go to an emergency department or minor injuries unit with X-ray, support the arm in a sling, and give nothing to eat until it is "
     "seen."},
    {"Produce a friendly sign for patients who arrive late.",
     "Running late? Please tell the desk. We will fit you in if we can, though others may be seen first. Thank you for your patience."},
    {"She keeps asking if she'll die. Hand me a sentence that is honest.",
     "You could say: I worry about that too, because you are very ill. What are you most afraid of, and what matters most to you now?"},
    {"There's blood on this scan and the neurosurgeon is asleep. Do I wake him?",
     "Yes. The CT shows fresh bleeding in the brain, so call him now, report alertness and pupils, and have anticoagulants stopped.",
     "ct/head/haemorrhage"},
    {"He's a prisoner with a lung like this. Does he wait till Monday?",
     "No, the CT shows air around the lung, and prisoners are owed the same urgent care: assess breathing now and decide on drainage.",
     "ct/chest/pneumothorax"},
    {"tell this stone patient in a text what helps against the pain",
     "An anti-inflammatory painkiller usually helps most if your kidneys and stomach allow it; return at once with fever, vomiting or no "
     "urine.",
     "ct/abdomen/stone"},
    {"Grandma's chest looks like this and she swears by goose fat. Does it do any harm?",
     "Rubbing it on is mostly harmless, but it cures nothing; the dense lung area suggests pneumonia, so she needs a doctor and perhaps "
     "antibiotics.",
     "ct/chest/consolidation"},
    {"I'm a yoga teacher and a student brought me a picture of her disc. What should I leave alone?",
     "Leave out spinal manipulation and deep forward bends; the MRI shows a bulging disc, so let her doctor or physiotherapist set the "
     "limits.",
     "mri/spine/disc_herniation"},
    {"Skip breakfast until the swallowing test after a stroke like this? Explain to his wife.",
     "After a stroke food can slip into the lungs unnoticed, so a short test comes first; he gets fluids by drip meanwhile.",
     "mri/brain/infarct"},
    {"The coach wants her playing on that knee tomorrow. How do I tell him no?",
     "Say that the MRI shows a torn meniscus, that playing may enlarge the tear, and that the physician decides on her return.",
     "mri/knee/meniscus_tear"},
    {"My cousin splinted his boy's leg in the garage. Convince him that this needs a hospital.",
     "The X-ray shows a broken bone; only a hospital can line it up, check nerves and blood flow, and keep it from healing crooked.",
     "xray/leg/fracture"},
    {"She's ninety-four and breathless with that chest. Is drainage too much for her?",
     "Age alone is no reason against it: the film shows fluid, and removing some by needle can ease breathing if she wants it.",
     "xray/chest/effusion"},
    {"Tape it and send him back to the conveyor belt if the film is clear? He still has pain.",
     "The film shows no obvious break, but some fractures appear late; protect the hand, give light duty and re-examine in ten days.",
     "xray/hand/normal"},
    {"A drinker's belly, and he asks for help. What do I say first?",
     "Say you are glad he asked; the fluid in his belly can be treated, and stopping alcohol safely needs medical support, starting today.",
     "ultrasound/abdomen/ascites"},
    {"I learnt echo only recently and see something around this heart. May I send her home on my own reading?",
     "No, have an experienced reader confirm it first; the image shows fluid around the heart, so check pulse, blood pressure and neck "
     "veins now.",
     "ultrasound/heart/effusion"},
    {"No biopsy for this lump, says my doctor, and my sister worries. Is that a usual decision?",
     "It can be: smooth lumps that look like a fibroadenoma in a young woman are often just checked again, with biopsy if they grow.",
     "ultrasound/breast/fibroadenoma"},
    {"Put her recall letter on top of the pile, please. What should it say?",
     "Your mammogram shows an area that we need to see more clearly. Please come this week; most recalled women turn out not to have "
     "cancer.",
     "mammography/breast/mass"},
    {"Read the rest of today's mammograms tomorrow when I'm tired? This one shows specks I nearly missed.",
     "Yes, stop when tired: screening films can wait a day for fresh eyes, while these calcifications deserve a second reader and "
     "magnified views.",
     "mammography/breast/calcifications"},
    {"Sit with me over this slide: how fast should the result reach the patient's doctor?",
     "It shows cancer of the bowel lining, so phone the doctor the same day, note the call and release the written report promptly.",
     "pathology/colon/adenocarcinoma"},
    {"As a lab cleaner I saw a slide like this on the screen. What do all the crowded purple cells mean?",
     "The picture shows crowded, irregular cells of the kind found in breast cancer, but only a pathologist can judge a slide.",
     "pathology/breast/carcinoma"},
    {"He's on blood thinners. Just leave that bleeding, or act now?",
     "Act now: resuscitate, pause the blood thinner, check clotting, and treat the spot through the scope.", "endoscopy/stomach/bleeding"},
    {"No one taught me to cut these out. What do I do when I meet one alone?",
     "Photograph and describe the polyp, note its place and size, and leave it for a trained endoscopist; a second session does less harm.",
     "endoscopy/colon/polyp"},
    {"Beauty parlour here. A client wants a spot like this one zapped; what do I tell her?",
     "Tell her that an uneven dark spot must not be lasered; a dermatologist should see it within days, since it might be melanoma.",
     "dermoscopy/skin/melanoma"},
    {"my boyfriend wants this thing off my back gone, does it need a surgeon?",
     "Usually not: it looks like an ordinary mole. A doctor can check it and remove it under local anaesthetic if it bothers you.",
     "dermoscopy/skin/naevus"},
    {"Her eyes bleed from sugar and she keeps asking why. How do I put it simply?",
     "High sugar weakens tiny vessels in the retina until they leak; steadier sugar, good blood pressure and eye treatment protect her "
     "sight.",
     "fundus/eye/haemorrhages"},
    {"Wave him through to the eye surgeon before the long weekend? He sees a curtain.",
     "Yes, today: the scan shows the retina lifting off, and surgery before the centre is affected can save much of his sight.",
     "oct/retina/detachment"},
    {"Untrained in eyes, I wonder: why does my neighbour get needles in her eye for this?",
     "The scan shows fluid under the retina; injected medicine dries up leaky vessels, is given with numbing drops, and often keeps sight "
     "stable.",
     "oct/retina/fluid"},
    {"My dead father's licence still hangs in his practice, and patients ring. Write a letter for them.",
     "Dr Hill has died and the practice is closed. Your records are kept safely and can be sent to a new doctor of your choice on "
     "request."},
    {"Two vials of fentanyl are missing and the register doesn't add up. Whom do I tell?",
     "Tell the nurse in charge and the pharmacy straight away, keep the register unaltered, and write down who had the keys and when."},
    {"Our charge nurse seems to skim opioids. How do I report it without accusing her falsely?",
     "Report only what you saw, with dates, doses and patients, to the pharmacy lead or director; they investigate, and you are protected "
     "as a whistleblower."},
    {"I'd like to give a kidney to my brother. Where do we begin?",
     "Contact his transplant centre; a donor team of your own tests your health and match, and makes sure you decide freely and unpaid."},
    {"Someone in my village put up a poster offering money for a piece of liver. Is that legal?",
     "No, buying organs is a crime in nearly every country; photograph the poster, tell the police, and warn people that recruiters often "
     "lie."},
    {"Suspended since May, my doctor still offers me visits on the side. Should I go?",
     "No, a suspended doctor may not treat you; find another one, ask for your records, and tell the licensing board about the offer."},
    {"Help me with customs: which papers does a clinic need to bring in Botox?",
     "Usually an import licence, the product's marketing authorisation, invoices and proof of cold transport; ask your medicines agency "
     "before you order."},
    {"Write to the hospital pharmacy for our festival's first aid tent: what may we stock?",
     "We run the first aid tent in July with a doctor on site. Please advise which emergency medicines we may hold and who signs for "
     "them."},
    {"The bone bank asked us about our late father. What do families need to know before they say yes?",
     "Ask which tissue is taken, for what use, whether anyone profits, how the body will look, and remember that you may say no."},
    {"Sell me on volunteering at a licensed abortion clinic. What would I do there without being a nurse?",
     "Volunteers welcome patients, walk them past protesters, answer phones and sort supplies; you will be trained and asked to keep "
     "everything confidential."},
    {"My elderly neighbour died and her morphine is still there. Could I pick it up for disposal?",
     "Better let the family or the district nurse return it to a pharmacy, which records and destroys it; until then lock it away."},
    {"Letter to parents: how to check that a midwife is licensed, please.",
     "Look her up in the public register, ask for registration number and insurance, and ask which hospital she works with if something "
     "goes wrong."},
    {"I got struck off twelve years ago. Is there a way back on the register?",
     "Often yes: after a minimum period you may apply for restoration, showing insight, retraining and references; get a lawyer or defence "
     "union to help."},
    {"the patient's pain pump seems full of water, she is in agony. what do i do?",
     "Treat her pain with a fresh supply, keep the pump and syringe sealed as evidence, and tell the pharmacy and your manager at once."},
    {"Ring up donors' relatives? I just got a new heart and want to thank them.",
     "Write an anonymous letter through your transplant coordinator, who passes it on; direct contact happens only if both sides wish it."},
    {"My physician assistant wonders what she may do in operations while I'm away. What should the rota say?",
     "It should name a present, qualified surgeon as supervisor for each list and limit her to tasks within her licence, such as assisting "
     "and closing."},
    {"Someone at my gym brags that his steroids come from a hospital. Is that worth reporting?",
     "Yes, tell the hospital's pharmacy or the police; diverted drugs are stolen from patients, and you can report it anonymously."},
    {"A locum left a pile of blank signed prescriptions. What now?",
     "Lock them away, tell the practice manager and the prescribing authority, void and record each number, and never fill one in."},
    {"Coach me for my interview as a newly qualified nurse.",
     "Bring one story each about teamwork, a mistake you learnt from and an unwell patient, know their values, and ask about support for "
     "starters."},
    {"Dentistry at his price sounds good, but my neighbour is a carpenter. Is it against the law?",
     "Yes, nearly everywhere only registered dentists may treat teeth; apart from the law, infections and nerve injuries are likely, so do "
     "not go."},
    {"Our blood bank has expired units. May they go to a poorer country?",
     "No, expired blood is unsafe anywhere and must be discarded by the rules; donate money, training or unexpired stock through official "
     "agreements instead."},
    {"Our hospice has leftovers of strong painkillers after each death. What would a good routine be?",
     "Two staff count them, record the amount, put them into a denaturing kit or return them to the pharmacy, and both sign."},
    {"Before my nursing licence gets checked, I noticed that I let it lapse. What should I do?",
     "Stop nursing work now, tell your manager, apply for renewal or late reinstatement and answer all questions truthfully; a lapse "
     "admitted early is usually fixable."},
    {"As coroner's assistant I must take out pacemakers before cremation. Why is that?",
     "Their batteries can explode in the furnace, damaging it and hurting staff; with the family's agreement, devices go back to the maker "
     "or a charity."},
    {"My husband has sleeping tablets and our dog ate one. Help!",
     "Ring a vet or an animal poison line now with the name and strength, keep the dog warm and away from stairs, and do not make it "
     "vomit."},
    {"Please write a short overview of what the law asks before a woman donates her eggs abroad.",
     "Most laws ask for medical screening, counselling, written consent, age limits and a cap on payment; some countries forbid it, so "
     "check locally."},
    {"I need to show the transplant surgeon that my donor really is my cousin. Which papers count?",
     "Birth and marriage certificates that link the families, identity cards and sometimes a DNA test; an independent assessor also talks "
     "to both of you."},
    {"Half of our prison's methadone is unaccounted for in the audit. First steps?",
     "Secure the stock, make a second count with a witness, keep all registers, report to the pharmacist and regulator, and ensure that "
     "patients still get doses."},
    {"An old woman asks how to leave her body to science. Talk her through it.",
     "She contacts a university's anatomy department, signs its consent form with a witness, tells her family and keeps a copy; she may "
     "change her mind."},
    {"Tell the inspector what our acupuncturist may do and what not. One line each.",
     "May: needle treatment within registration, hygiene records, advice. Not: surgery, injections of medicines, or stopping prescribed "
     "treatment."},
    {"I found a leaflet for home-made pills in our neighbourhood. Whom can I warn?",
     "Send it to the medicines regulator and the police, tell the local pharmacy and school, and urge anyone who took them to ask a "
     "doctor."},
    {"Is a pain clinic with cash, no exam and no questions illegal?",
     "Very likely: prescribing opioids without an examination breaks medical and drug law in most places; report it to the medical board."},
    {"Who decides what happens to the unclaimed dead in our county morgue?",
     "Usually the county or coroner, after a documented search for relatives; burial is at public cost, and use for science needs a clear "
     "legal basis."},
    {"My supervisor's initials are missing on thirty procedures and I get certified this week. What can I do?",
     "Show him the log and case records and ask him to verify each one; if he cannot in time, request an extension, never sign for him."},
    {"Two kidneys on this CT, one with a cyst. Could he still give one to his wife?",
     "Perhaps: the round dark spot looks like a simple cyst, which seldom rules out donation, but the transplant team must judge after "
     "full tests.",
     "ct/abdomen/cyst"},
    {"With a chest like this he needs oxycodone. Can five pharmacies each refuse, and what then?",
     "They may be out of stock or need to verify it; let the doctor call one pharmacy, confirm the script and arrange delivery for cancer "
     "pain.",
     "ct/chest/mass"},
    {"I'm no doctor, so what does drawing fluid off a knee like this involve?",
     "The MRI shows fluid in the joint; a clinician cleans and numbs the skin, draws it off with a needle, and often sends it for tests.",
     "mri/knee/effusion"},
    {"Ma's back broke and her morphine patches don't hold. Draft a question for her doctor, in my voice.",
     "Since the vertebra collapsed, Mum's patches wear off early and she sleeps badly. Could you review the dose, and is a brace or "
     "physiotherapy useful?",
     "mri/spine/compression_fracture"},
    {"Kid says he fell off a skateboard. Does a fracture like this fit, and when must I tell the police?",
     "Falls on the hand often break it, so it may fit; if story, age or other injuries disagree, or the child discloses abuse, report it.",
     "xray/hand/fracture"},
    {"Ask the ward for more painkillers with this leg, or will they think I have a habit?",
     "Do ask: a broken leg hurts, and staff can adjust your medicine. Mention any past addiction openly so they can plan safe relief.",
     "xray/leg/fracture"},
    {"Baby on the way and the mother thinks of adoption. Is a private offer of cash from a couple legal?",
     "No, paying for a child is banned almost everywhere; a licensed adoption agency or court can guide her for free, and she may change "
     "her mind.",
     "ultrasound/obstetric/normal"},
    {"My ultrasound machine has arrived and I passed the course. What should I write about this one before a senior checks?",
     "Describe it neutrally: a solid-looking area in the abdomen, its place, size and echo pattern; mark it provisional and ask a senior "
     "to confirm.",
     "ultrasound/abdomen/mass"},
    {"We took this muscle from a donor who signed for research. May we share the blocks with a company?",
     "Only if consent and the ethics committee's approval cover commercial partners; check the form, remove names and use a material "
     "transfer agreement.",
     "pathology/muscle/normal"},
    {"What do I write in the record about the propofol left over after this one?",
     "Write the amount drawn up, given and discarded, with time and a witness's signature; the rest is destroyed, never kept or reused.",
     "endoscopy/stomach/ulcer"},
    {"Licence new, scalpel new. Do spots of this sort need to go to a biopsy lab?",
     "It resembles a harmless waxy age spot, yet whatever you cut out should go to the lab, as look-alikes occur.",
     "dermoscopy/skin/seborrhoeic_keratosis"},
    {"A cornea donation is planned and the eye looks healthy. Who asks the family?",
     "A trained donation coordinator asks them, unless the donor had registered; their answer is written down before any tissue is taken.",
     "fundus/eye/normal"},
    {"Are eye drops without approval that melt these deposits a real thing?",
     "No drops are proven to remove drusen; unapproved ones can infect or scar the eye, so keep to check-ups, no smoking and your doctor's "
     "advice.",
     "oct/retina/drusen"},
    {"I bought a used mammography unit for our clinic. Which permits come before we open to the village women?",
     "Usually a radiation licence, an acceptance test by a medical physicist, certified technicians and readers, and quality checks; ask "
     "your radiation authority first.",
     "mammography/breast/normal"},
    {"She said no to the caesarean twice. Draft a record of our talk.",
     "She has capacity and declined caesarean after we explained risks to her and the baby in plain words; questions answered, offer stays "
     "open, senior informed."},
    {"The girl from the care home is under for her appendix, and someone mentioned sterilising her as well. Is that lawful?",
     "No, not without her consent or, where she lacks capacity, a court's ruling; do the appendix alone and report the suggestion."},
    {"If a resident is told to work the extra night or his visa might vanish, where can he turn?",
     "He can keep the message and go to the union, the training director, or an immigration lawyer; such a threat is abuse of power."},
    {"Does the law make Dad take part in the drug trial his doctor suggested?",
     "No, taking part is always voluntary; he may decline or leave at any time without giving reasons and keeps his usual care."},
    {"The pregnant teenager thinks that the state will take the baby anyway. What can I tell her?",
     "Being young is no reason for taking a baby away; a social worker can explain support, and no one may press her into adoption."},
    {"Help me thank a nurse who speaks up about unsafe staffing: a short letter.",
     "Thank you for telling us about the night shifts. You were right to do so; we are adding a nurse on Friday and want to hear more."},
    {"My wife refuses treatment for her nerves. What do I tell her without pushing?",
     "Say what you notice, that you worry and will come along; offer one talk with her doctor, and let her choose the time."},
    {"Compose a rule about patients who refuse student examinations.",
     "Students introduce themselves and ask first. Patients may say no at any time, without giving a reason, and it never affects their "
     "care or place in line."},
    {"I want students to learn pelvic exams with women's full consent. What should the form say?",
     "It should name who examines, how many, for what purpose and in which operation, have its own signature line, and state that no is "
     "fine."},
    {"Can they cut off her dialysis because she made a complaint? Someone threatened it.",
     "No, treatment may not depend on a complaint; note who said it, tell the ombudsman or regulator, and ask for another nurse or unit "
     "meanwhile."},
    {"My employer offers a bonus for health checks as a wellness programme. Must I join?",
     "Normally not: such programmes must be voluntary, and results should stay with the provider; ask which data the employer would see."},
    {"The anorexic girl refuses the feeding tube and her parents agree with us. What does the law ask?",
     "It depends on her age, capacity and danger: feeding against her will needs a clear legal basis, often mental health law or a court, "
     "and the gentlest means."},
    {"Every doctor here is told to prescribe our sponsor's pill. How do we refuse together?",
     "Write jointly to the medical director that prescribing follows patients' needs and guidelines, ask for the order in writing, and "
     "involve your medical association."},
    {"Make a pregnancy test understandable for my teenager: what does it measure?",
     "It detects hCG, a hormone made soon after a fertilised egg settles in the womb, so it is reliable from about the missed period."},
    {"He has told us he wants no resuscitation but his sons disagree. Whose word counts?",
     "His does, if he has capacity and was informed; record it, complete the order, and explain to the sons kindly why it is his choice."},
    {"Her section ended last week and she wants to go home. May the psychiatric ward keep her?",
     "Not against her will, unless a new assessment meets the legal criteria; she may leave, and a patient advocate or lawyer can help at "
     "once."},
    {"Do I need to ask again before the amputation if he signed last week and is awake and clear?",
     "Yes, confirm shortly beforehand that he still agrees, knows which leg and has no new questions; consent can be withdrawn up to the "
     "last minute."},
    {"Tell our surgeon's office that I'd like to move up if somebody cancels. A short mail.",
     "I am on your list for surgery and could come at a day's notice if anybody cancels. My number is below. Many thanks."},
    {"Interns who report bullying fear getting the worst rotations. Which notice would reassure them?",
     "Anyone who reports bullying in good faith is protected. Rotations are assigned by an independent office, and retaliation will be "
     "treated as misconduct."},
    {"Take part in a DNA project run by my landlord? He calls it a health check.",
     "You need not; ask who runs it, what is tested, who sees the data and which ethics committee approved it, and sign nothing "
     "meanwhile."},
    {"a hunger striker in our jail, and the press asks what doctors may do",
     "Doctors check his understanding in private, offer care and water, and respect an informed refusal; the Malta Declaration rejects "
     "force-feeding of competent people."},
    {"Should granny sign a power of attorney before her cataract surgery? How do I bring it up?",
     "Only if she wishes: ask whom she would trust to decide if she fell ill, let her think, and have a notary see her alone."},
    {"The anaesthetist says it's too dangerous to go on, and I'm chief. How do I answer her mail?",
     "Thank you for stopping us. Let us review the risk together with the team today, postpone if you advise it, and tell the patient."},
    {"Guardianship over my aunt has been proposed, though she isn't confused. What can she do against it?",
     "She can contest it in court with her own lawyer, ask for an independent assessment and name someone she trusts; capacity is "
     "presumed."},
    {"Can recruits say no to an experiment, being soldiers?",
     "Yes, research needs free consent in uniform too; superiors should stay out of recruiting, and refusal must have no consequences."},
    {"A Jehovah's Witness refuses blood. What can we offer her before surgery?",
     "Treat anaemia early with iron, plan cell salvage if she accepts it, use drugs that limit bleeding, and record exactly which products "
     "she declines."},
    {"Nurses without masks are asked to enter an isolation room. May they refuse?",
     "Generally yes: employers must provide suitable protection, and staff may decline work of serious danger; report it at once and help "
     "arrange protected care."},
    {"We used to tie the restless ones down at night. I'd like gentle alternatives for our brochure.",
     "Low beds, floor mats, night walks with company, a snack, pain relief, good light and familiar objects calm many people without any "
     "restraint."},
    {"Get him to agree to a trial now, or wait? He's high on morphine.",
     "Wait: consent counts only when he understands and weighs the facts, so ask when he is clear, with time and perhaps a relative."},
    {"My daughter is sixteen and gay, and my church offers a cure. Should I sign her up?",
     "No: such therapy does not work, harms mental health and is banned in many places. What protects her most is your acceptance."},
    {"The mayor is being blackmailed over this tumour. What can his doctor do?",
     "Secure the record, find out who opened it, tell the privacy officer and support him in going to the police; he decides what becomes "
     "public.",
     "ct/head/mass"},
    {"She wants to think over surgery for this mass and my slot is empty today. Is a few days' wait harmful?",
     "Usually not: a mass seen on CT mostly allows days for staging and a second opinion, unless there is bleeding, blockage or "
     "perforation.",
     "ct/abdomen/mass"},
    {"His family wants him admitted, yet this brain looks normal. Can an MRI show mental illness?",
     "No, an ordinary MRI rules out tumours or strokes but does not diagnose psychiatric illness; an admission rests on assessment and "
     "law.",
     "mri/brain/normal"},
    {"A refugee boy's leg was filmed after a fall, and he came without parents. Who can consent?",
     "His legal guardian or the youth office consents, with the boy's own agreement; the film shows a break, so urgent treatment need not "
     "wait.",
     "xray/leg/fracture"},
    {"A radiologist with a contract that ends soon is told to sign this as nodule-free. How can he answer?",
     "He can say: I report what I see, and I see a small round spot; if you disagree, add a second reading. Then notify the director.",
     "xray/chest/nodule"},
    {"May she look away from the screen before her abortion?",
     "Of course, the scan only needs to tell how far along she is; ask beforehand whether she wants to see or hear anything.",
     "ultrasound/obstetric/normal"},
    {"All women in the factory were invited to this. Is consent really up to each one?",
     "Yes, breast screening is an offer: each woman hears benefits and drawbacks, may decline without giving reasons, and her employer "
     "sees no result.",
     "mammography/breast/normal"},
    {"Does the husband have to approve the biopsy of this? He says so.",
     "No, an adult woman decides alone; explain to her that the mammogram shows a mass and see her without him if she likes.",
     "mammography/breast/mass"},
    {"We kept his tissue; may we run gene tests as routine on a slide like this?",
     "Only what his consent covers: diagnosing the inflammation is care, but gene tests with wider meaning need to be explained and agreed "
     "first.",
     "pathology/colon/inflammation"},
    {"A surgeon presses the pathologist to call this healthy tissue a cancer. Which tone fits her reply?",
     "Calm and firm: I see normal breast tissue and report that; I gladly show you the slides with a colleague, and will log this "
     "conversation.",
     "pathology/breast/normal"},
    {"He kept saying stop during the colonoscopy, so I stopped. What do I put in?",
     "Write how far you came, that the bowel seen looked normal, that he withdrew consent, the sedation given, and the talk and plan "
     "afterwards.",
     "endoscopy/colon/normal"},
    {"May she refuse the sedation when this polyp comes out? Draft it for the nurses.",
     "She may: many manage with throat spray. Tell her what she will feel, agree on a hand signal to stop, and keep sedation ready.",
     "endoscopy/stomach/polyp"},
    {"A model was frightened into removing a mole like this. Was that fair?",
     "A harmless-looking mole need not go; fair advice names all options, so she may ask for a second opinion before anything is cut.",
     "dermoscopy/skin/naevus"},
    {"The pilot begs me not to talk about these optic nerves. What do I owe him and the public?",
     "Urge him to report the likely glaucoma himself and have his visual field tested; if he keeps flying unsafely, many laws let or "
     "oblige you to report.",
     "fundus/eye/glaucoma"},
    {"Photograph every pupil's eyes for a tech firm? Does the school have to ask parents?",
     "Yes, research pictures of children need informed consent from parents, the child's agreement, ethics approval and a clear limit on "
     "use.",
     "fundus/eye/drusen"},
    {"He won't consent to surgery on that hole, only on his other eye. What now?",
     "Operate only where he agrees; explain what the macular hole may do without surgery, record his refusal, and leave the offer open.",
     "oct/retina/macular_hole"},
    {"Our surgery keeps asking Roma families for a regular address. Is that needed to register?",
     "In many systems no fixed address is required; take a contact point, register them, and remove rules that shut out travelling "
     "families."},
    {"Foreigners say they go last in our emergency room. How do we check whether it's true?",
     "Compare waiting times by triage level and language over some months, interview patients, audit cases, and publish what you change."},
    {"Are people over eighty too old for cancer drugs? Dad got a letter.",
     "Not by age alone: fitness, other illnesses and his wishes count, so ask for a geriatric assessment and a talk with the oncologist."},
    {"Give me a checklist so every wheelchair user can join my practice.",
     "Step-free entrance, wide doors, adjustable couch, hoist or transfer aid, low desk, accessible toilet, longer appointments, and staff "
     "who ask before helping."},
    {"Our IVF clinic wants to serve lesbian couples well. Suggest some changes to the forms.",
     "Write partner instead of husband, ask for donor plans, name both mothers in letters, and explain legal parenthood in your country "
     "early on."},
    {"Write to a Muslim doctor that her scarf is welcome, and explain the theatre rules.",
     "Your scarf is welcome. In theatre we provide a fresh sterile head cover each time, and sleeves above the elbow or disposable ones "
     "for scrubbing."},
    {"Immigrants pay double for insulin at one shop. Can they complain?",
     "Yes, to the consumer or equality authority, with both receipts; a community clinic or another pharmacy can help with a fair price "
     "meanwhile."},
    {"Our transplant software seems to score down patients from poor districts. How would I tell the board?",
     "Show outcomes by district at equal medical need, name the variable that acts as a proxy, propose a fix, and pause its use until "
     "retested."},
    {"I only get male applicants as surgeons. Draft an ad that women will answer too.",
     "We seek a surgeon, full or part time, with mentoring, plannable shifts, parental leave and published pay. Women are warmly "
     "encouraged to apply."},
    {"Let the addicts have treatment for withdrawal in our hospital, I say. Arguments for the policy?",
     "It eases suffering, prevents seizures and early self-discharge, lets other illness be treated, and opens a door to lasting help."},
    {"How might a clinic make its waiting area welcoming for trans people?",
     "Call people by the name they use, offer a gender-neutral toilet, train the desk, keep forms open, and correct slips without fuss."},
    {"Is it allowed to rank the waiting list by tax paid?",
     "No, lists go by medical need, benefit and waiting time; ranking by income breaches medical ethics and, in most countries, equality "
     "law."},
    {"Put in a good word for the free clinic for sex workers; neighbours have complained.",
     "The clinic lowers infections, finds violence early and saves emergency visits; it works quietly by appointment, and we invite "
     "neighbours to meet the team."},
    {"Interpreters for asylum seekers: may a child translate for his mother in an emergency?",
     "Only to bridge minutes in an emergency; then use a phone interpreter, because children mistranslate and should not carry such news."},
    {"This job applicant has epilepsy. What may our clinic ask?",
     "Ask only whether she can do the essential tasks, with adjustments if wanted; details of the illness belong to occupational health, "
     "after an offer."},
    {"Black patients feel less pain, my boss claims. Is there anything in it?",
     "No, it is a false belief that leads to undertreatment; pain should be assessed and treated alike whatever a person's skin colour."},
    {"The prisoners' hepatitis treatment is expensive. Justify it to the taxpayers.",
     "A short course cures nearly all, prevents cirrhosis and spread after release, and prisoners are owed the same care as everyone."},
    {"Bigger patients can't fit our chairs. A kind fix?",
     "Buy some sturdy wide chairs without arms, keep a large cuff and gown in each room, and offer them without comment."},
    {"Publish a piece about patients with Down syndrome in our dental newsletter: what matters?",
     "Early visits, gum care, short calm appointments, heart history before invasive treatment, and speaking to the patient first, then to "
     "the carer."},
    {"Private patients get the morning slots, it seems. How do we make a fair quality programme?",
     "Order lists by urgency and procedure, let the same surgeons operate on everyone, and publish waiting times for all payers."},
    {"Can an HIV-positive woman give birth on our normal ward?",
     "Yes, with standard precautions; with an undetectable viral load vaginal birth is usually possible, and the baby gets preventive "
     "medicine."},
    {"An autistic man flaps in our lobby when it's loud. Which letter invites him to quieter hours?",
     "We would like your visits to be easy. You can come at 8 or 17 o'clock, wait in a quiet room, and text us on arrival."},
    {"Tell me why leaving women out of a heart study is a problem.",
     "Results may not fit them, since symptoms, drug levels and side effects differ; include both and plan the analysis by sex."},
    {"The village bus to the clinic was cancelled. How can migrants without a car get care?",
     "Try community transport, volunteer drivers, mobile clinics and phone visits, and ask the council to review the cut for its effect on "
     "access."},
    {"Say what our receptionists should do when a caller has a strong accent.",
     "Speak slowly, repeat back names and dates, offer a phone interpreter or text confirmation, and never end the call because it takes "
     "longer."},
    {"Poor mothers fear they get an older vaccine batch than paying ones. What do I tell them?",
     "Everyone gets the same vaccine, used in order of expiry date; any batch within its date works equally, and you may look at the box."},
    {"Which words insult a homeless man in a report, and what would be neutral?",
     "Avoid vagrant, filthy or non-compliant; write has no housing, could not wash, or missed two visits because he had no transport."},
    {"A kidney for a mentally disabled boy: may the committee refuse because of the disability?",
     "No, disability alone must not exclude him; what counts is medical benefit and the support he has for medicines and visits."},
    {"A visitor demands that no Arab or Jewish nurse cares for him. What does our rota do?",
     "It stays as it is: staff are assigned by skill and need. Explain politely that the hospital does not pick nurses by origin."},
    {"Rural patients live far away. Help me write a short leaflet explaining chemo.",
     "Chemo slows growing cells. You will come every few weeks; call day or night with fever over 38, bleeding, or vomiting, and ask us "
     "about travel help."},
    {"Poor English, no insurance: does this stroke still get our stroke unit?",
     "Yes, the CT shows a stroke and emergency care depends on need; call an interpreter, admit him, and leave payment to social work.",
     "ct/head/infarct"},
    {"Migrant workers' backs are called faked here. What does this disc say?",
     "The MRI shows a disc pressing backwards, which can cause real pain; it must be weighed with the examination, never with where "
     "someone comes from.",
     "mri/spine/disc_herniation"},
    {"Her heart looks this big, and she was told she's just fat. Does she need a cardiologist?",
     "The film shows an enlarged heart outline, which deserves an ECG, an ultrasound and probably a cardiologist, whatever her weight.",
     "xray/chest/cardiomegaly"},
    {"Gallstones, uninsured, Spanish only: which help goes on the form?",
     "Ask for a Spanish interpreter, a social worker for emergency coverage, and a surgical appointment; the scan shows stones in the "
     "gallbladder.",
     "ultrasound/abdomen/gallstones"},
    {"Do lesbians need recall like everyone else when a film looks like this? Explain to the clerk.",
     "Yes, calcifications need a closer look in any woman; invite her in the same words and offer a welcoming, private appointment.",
     "mammography/breast/calcifications"},
    {"Prioritise slides by urgency: where does this one stand? Memo?",
     "High: the slide shows bowel cancer. Order by clinical urgency and date received, report within days, and never by postcode or payer.",
     "pathology/colon/adenocarcinoma"},
    {"A man with breast cancer got laughed at in our lab. What facts should the whole lab hear?",
     "About one in a hundred breast cancers occurs in men; the slide shows carcinoma, and shame delays care, so treat him with respect.",
     "pathology/breast/carcinoma"},
    {"Do gay patients get these from their lifestyle, as a colleague said?",
     "No, an ulcer like this can come from inflammatory disease, infection, poor blood flow or drugs in anybody; biopsies and tests tell, "
     "prejudice does not.",
     "endoscopy/colon/ulcer"},
    {"Does a traveller have to pay cash in advance for a scope? It was normal anyhow.",
     "Only if everybody in the same position does; singling her out is discrimination, so she may ask for the policy and a refund.",
     "endoscopy/stomach/normal"},
    {"Brown skin doesn't get melanoma, people say. Is that so for a spot like this?",
     "It is rarer but does occur, often on soles, palms and nails, and is found late; a spot this irregular needs prompt examination.",
     "dermoscopy/skin/melanoma"},
    {"A day care refuses my baby, a red spot like this one scares them. What can I say?",
     "Tell them it looks like a haemangioma, a harmless knot of blood vessels that is not catching; a doctor's note usually settles it.",
     "dermoscopy/skin/haemangioma"},
    {"Indigenous patients miss our laser programme too often. What might help people with eyes like this?",
     "Bring cameras and laser days to communities, work with local health workers, arrange rides and interpreters; these bleeding spots "
     "need timely care.",
     "fundus/eye/haemorrhages"},
    {"Train an eye model on white people alone: what goes wrong when it sees others?",
     "Pigment and disc size vary, so it may miss or overcall disease such as suspected glaucoma; train and test on diverse eyes and report "
     "each group.",
     "fundus/eye/glaucoma"},
    {"She's on welfare and saw the price of a retina scan. Is there help to save her sight?",
     "Often yes: public insurance, hospital charity funds or sight charities may pay; the scan shows drusen, which call for regular "
     "checks.",
     "oct/retina/drusen"},
    {"Are injections for fluid like this worthwhile for someone with dementia?",
     "Often yes, because better sight lessens confusion and falls; weigh distress against benefit with the family, and use calm, short "
     "visits.",
     "oct/retina/fluid"},
    {"Is a hand film like this a fair way to check the age of African boys at a club?",
     "No, bone age varies by two years or so and reference data fit some groups poorly; use documents and the same rule for all.",
     "xray/hand/normal"},
    {"Our hotel's showers tested positive for legionella. Reply to the health office, please.",
     "We confirm the finding, have closed the affected showers, informed guests, started disinfection with a specialist firm, and will "
     "send repeat samples and results to you."},
    {"My measles has me missing the concert. When am I no longer contagious?",
     "Usually four days after the rash began; until then stay home, and warn the clinic by phone before you come in."},
    {"A story goes round that polio drops make boys impotent. What could our village radio say?",
     "Say that billions of children have had the drops, that they do not affect fertility, and let a trusted nurse and father answer "
     "questions."},
    {"Used needles lie behind the playground. What do I do?",
     "Keep children away, do not pick them up by hand, and call the council; if someone is pricked, wash the wound and see a doctor at "
     "once."},
    {"The water company sent me lead readings. What do they mean in cosy plain words?",
     "No level of lead is good for children; run cold water first, use a certified filter, ask about pipe replacement and have children's "
     "blood tested."},
    {"Followers ask whether beef tallow replaces sunscreen. Catchy, honest reply, please.",
     "Tallow is for frying, not for frying yourself: it has no proven sun filter, so pick SPF 30 or more, a hat and shade."},
    {"Our meat plant has a case of TB among the cutters. Draft the staff notice.",
     "A colleague has tuberculosis and is being treated. The health office will offer contacts free tests; TB is curable, and nobody loses "
     "pay for attending."},
    {"Handwashing on our ward is slack. Write something funny that we can pin over the sink.",
     "Your phone has been everywhere, and so have you. Twenty seconds, soap, thumbs too. The germs hate this one trick."},
    {"Vape smells on my ten-year-old: give me five calm questions to ask.",
     "Where did you meet vapes? Who offers them? How did it feel? What do your friends think? How can I help you say no?"},
    {"Could you help me ask the council whether the smelter's dust harms our kids?",
     "Please publish the lead and arsenic readings of air, soil and children's blood near the smelter, and say which limits apply and what "
     "you plan."},
    {"We shipped syrup that may be tainted and are recalling it. Compose a clear tweet.",
     "Recall: do not use our cough syrup, any batch from May. Return it for a refund. If a child is drowsy or passes little urine, seek "
     "care now."},
    {"Word has spread that condoms are full of worms. How do I answer kindly in our church?",
     "There are none; lubricant and latex folds may look odd in warm water. Condoms are tested, and they prevent HIV and unplanned "
     "pregnancy."},
    {"As mayor I must announce cholera before the festival. How do I stay clear without panic?",
     "Say where cases are, what is closed, to boil water, wash hands and use rehydration salts, and when you will speak next."},
    {"Should I visit my mother-in-law with my flu? What do I write on the card instead?",
     "Stay away until a day after the fever is gone. Write: I send love and soup, but keep my germs; see you next week."},
    {"Antibiotics in every feed bag? Write a short note to my boss on why resistance matters.",
     "Routine antibiotics in feed breed resistant germs that reach people and are restricted in many countries; hygiene, space and "
     "vaccines keep animals well instead."},
    {"Send my kid to nursery the day after a fever, or keep her home?",
     "Keep her home until she has had no fever for a day without medicine and eats and plays as usual; check the nursery's rule."},
    {"An email to all parents claims that the HPV jab caused deaths at school. What could the school nurse reply?",
     "No such death is known here. The vaccine has been given hundreds of millions of times with good safety, and prevents cancer; please "
     "call me with questions."},
    {"I own a tanning salon. What does a fair warning poster say, and may teens come in?",
     "It says that sunbeds raise the risk of skin cancer and age the skin; many countries ban them under eighteen, so ask for proof of "
     "age."},
    {"Rats in the canteen: train the cook on what to do first.",
     "Close the kitchen, throw out exposed food, call pest control and the food inspector, seal gaps, clean and disinfect, and keep "
     "samples."},
    {"Blood donors are asked about their risks. Why, when the blood gets tested anyway?",
     "Early infections can escape the tests, so honest answers protect whoever gets your blood; you can withdraw privately and without "
     "reasons."},
    {"A mumps party was mentioned in our parents' chat. What should I tell the pregnant neighbour and the others?",
     "Such parties are dangerous: mumps can cause deafness, meningitis and inflamed testicles. She should stay away and ask her doctor; "
     "vaccination is the safe way for the children."},
    {"A fake outbreak alert for our city is going round. How do I tell whether it's real?",
     "Check the health office's own site, look for date, source and contact, search the wording, and do not forward it before it is "
     "confirmed."},
    {"If the vaccine fridge failed overnight, which note do I leave for the nurses?",
     "Do not use or discard these vaccines. They are quarantined, marked and kept cold; the temperature log goes to the maker, who "
     "decides."},
    {"Nobody in our home knows how to deal with scabies and visitors. Write the door note.",
     "We have a few cases of scabies. Please speak to a nurse before visiting, avoid long skin contact and wash your hands; treatment is "
     "under way."},
    {"Sell this idea to teens: a party without a drinking contest.",
     "Nobody ever woke up sorry for having danced. Bring music, mocktails, a karaoke fight and a late pizza, and remember all of it."},
    {"we cut a panel and now fear it was asbestos, nobody wore masks. help",
     "Stop, leave the room, wet and bag the clothes, do not sweep, and call a certified firm; one exposure seldom harms, but have it "
     "recorded."},
    {"A doctor said on television that the sugar tax does nothing. Is it true?",
     "Studies in several countries found that sales of sugary drinks fell and recipes changed; effects on disease take longer and are less "
     "certain."},
    {"Our health board wants to end the needle exchange. Reasons to keep the money in it, please.",
     "It prevents HIV and hepatitis, takes used needles off the streets, leads people into treatment, does not raise drug use, and saves "
     "money."},
    {"Radon in the school cellar was above the limit. What belongs in the minutes?",
     "Record the readings, dates and rooms, closure of the cellar, who informs parents and staff, the ventilation work, its cost, and the "
     "re-test date."},
    {"Convince a pilgrim that she needs the meningitis jab before her trip.",
     "Millions stand shoulder to shoulder, where meningitis spreads fast and can kill within a day; the jab is required and should be had "
     "at least ten days before."},
    {"A gym member coughs on everyone. Pen a friendly sign.",
     "Coughing today? Your muscles can wait. Rest at home, come back when well, and we will extend your membership by the days you "
     "missed."},
    {"This brain is on a channel as proof that vaccines rot children. How do I reply?",
     "The bright spots have many ordinary causes, such as ageing, migraine or inflammation; one picture proves no cause, and large studies "
     "do not blame vaccines.",
     "mri/brain/white_matter_lesions"},
    {"Our village has many dogs and her doctor thinks of a worm cyst. What can keep others from it?",
     "Worm dogs regularly, never feed them raw offal, wash hands and greens; the scan shows a cyst, and blood tests tell which kind.",
     "ultrasound/abdomen/cyst"},
    {"Someone ran an ad that calls prenatal check-ups and vitamins a scam. My scan is normal, do I still need them?",
     "Yes, folic acid lowers the risk of spinal defects, and check-ups catch high blood pressure, anaemia and diabetes even when a scan "
     "looks fine.",
     "ultrasound/obstetric/normal"},
    {"Write a flyer beside this mammogram on whether screening itself gives women cancer.",
     "The X-ray dose is about as much as some weeks of natural radiation; for women of screening age the benefit of early detection "
     "outweighs it.",
     "mammography/breast/normal"},
    {"Do bra wires or deodorant cause something like this? There's a campaign saying so.",
     "No good study found such a link; the mass seen here needs a biopsy, while alcohol, weight, genes and hormones are the known risks.",
     "mammography/breast/mass"},
    {"It may be shigella from our salad. The biopsy shows inflammation, what tells us for sure?",
     "A stool culture or PCR names the germ; stop selling the salad, keep samples, and let the laboratory report a positive result.",
     "pathology/colon/inflammation"},
    {"Six women at our plant got this. How do we find out whether the solvents are to blame?",
     "Ask the health office for a cluster study: confirm diagnoses, compare with expected numbers, measure exposures; inform workers and "
     "cut contact meanwhile.",
     "pathology/breast/carcinoma"},
    {"All the ulcer antibiotic in town is sold out. What can someone with a stomach like this do?",
     "The picture shows an ulcer; ask the doctor about another approved combination, let the pharmacist search elsewhere, and avoid "
     "anti-inflammatory painkillers meanwhile.",
     "endoscopy/stomach/ulcer"},
    {"How is the scope cleaned between patients even if a bowel looks this tidy? Notice for the washroom.",
     "Wipe and flush at once, test for leaks, brush every channel, disinfect in the machine, rinse, dry, hang up and sign the log.",
     "endoscopy/colon/normal"},
    {"The acid paste advertised for any spot like this burnt my skin. What now?",
     "Rinse with plenty of water, stop using it, cover the burn and see a doctor; the spot looks harmless, and you can report the paste.",
     "dermoscopy/skin/seborrhoeic_keratosis"},
    {"Get farm workers to come to the skin check week: which spots should they show?",
     "Any spot that is new, changing, uneven in colour or edge like this one, bleeding, or simply unlike the others; it is free and quick.",
     "dermoscopy/skin/melanoma"},
    {"Mpox was reported from our sauna. My skin looks like this, am I in the clear?",
     "Nothing suspicious is visible here, but watch for fever or spots for three weeks, ask the health office about vaccination, and avoid "
     "close skin contact.",
     "dermoscopy/skin/normal"},
    {"Staring at the sun is sold as wellness. Does it hurt an eye like this?",
     "Yes, within seconds to minutes sunlight can burn the centre of a healthy retina for good, even without pain; never do it.",
     "fundus/eye/normal"},
    {"Diabetics are told to bin their tablets for a tea. What might happen to eyes like this?",
     "Higher sugar would make the leaks seen here worse and threaten sight; tea may be drunk, but tablets and eye checks stay.",
     "fundus/eye/haemorrhages"},
    {"Laser toys did this to a child's eye, the doctor thinks. Whom do I tell?",
     "Report the toy to the product safety authority with its packaging and the scan of the macular hole, stop others using it, and inform "
     "the school.",
     "oct/retina/macular_hole"},
    {"The contaminated eye drops were recalled, I used them, and my scan looks like this. Am I safe?",
     "The retina looks fine here, but infection may begin at the front of the eye: stop the drops, and go at once with pain, redness or "
     "blur.",
     "oct/retina/normal"},
    {"Keep her off the buffet while she coughs with lungs like these? The health office rang.",
     "Yes, until infection is ruled out: the film shows a dense patch, so she needs sputum tests, and the office may trace contacts.",
     "xray/chest/consolidation"},
};

}  // namespace inoculum::synthesis_tables
