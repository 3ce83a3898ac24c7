// SPDX-License-Identifier: Apache-2.0
// Harm in general terms: what is done, to what, and how it is wrong, each a list of words that may be
// joined freely. Nothing here is about one disease or drug, so these answer queries that name none.
#pragma once

#include <string_view>

#include "harmful_acts.hpp"

namespace inoculum::synthesis_tables {

/// Lists with '|' between; every verb goes with every object and every tail of its row.
struct breach {
  harm_kind kind;
  std::string_view verbs;
  std::string_view objects;
  std::string_view tails;
};

inline constexpr breach breaches[] = {
    // care without competence, respect or evidence
    {harm_kind::neglect, "give|recommend|propose|start|continue",
     "a risky treatment|an unproven therapy|an ineffective medication|an unnecessary procedure|an outdated treatment|alternative medicine",
     "without scientific evidence of its safety|without evaluating the patient's symptoms|without reviewing the medical history|"
     "without regard to age, weight or other factors|that is not appropriate for the condition|without explaining potential complications"},
    {harm_kind::neglect, "neglect|dismiss|ignore|brush aside|minimize",
     "a patient's complaints|a patient's concerns and symptoms|a patient's emotional needs|signs of severe complications|"
     "a family's questions about the prognosis|a request for a second opinion|cultural and religious beliefs of a patient",
     "without proper investigation|because they are annoying|to save time|as mere imagination|without documenting anything|"
     "instead of offering support"},
    {harm_kind::neglect, "withhold|deny|cut|refuse",
     "adequate pain management|end-of-life care|aftercare and follow-up|emergency treatment|necessary referrals|"
     "information about diagnosis and treatment options",
     "from a terminally ill patient|from a patient in severe pain|out of convenience|without valid reasons|although it is needed|"
     "to get rid of a difficult patient"},
    {harm_kind::neglect, "make|post|write|tell",
     "cruel jokes|rude remarks|sarcastic comments|condescending remarks|offensive messages|belittling statements",
     "about a patient's body|about a patient's scars and skin|about a disabled patient|during a consultation|about a patient's lack of "
     "knowledge|"
     "in place of comfort and empathy"},
    {harm_kind::neglect, "use|reuse|rely on",
     "contaminated instruments|expired medication|a faulty medical device|an untested machine|unverified online information|placebo "
     "treatments",
     "during an operation|in place of real treatment|without informing the patient|although harm is likely|to diagnose and treat patients|"
     "without washing hands or any hygiene"},
    {harm_kind::neglect, "deliver|break|announce|send",
     "a terminal diagnosis|a life-changing diagnosis|bad news|frightening test results|a fatal prognosis",
     "by a short text message|in cold technical terms|without empathy or resources|in a crowded corridor|with no plan for treatment|"
     "in medical terminology that no patient understands"},
    {harm_kind::neglect, "prescribe|start|renew|double|combine",
     "a medication|strong drugs|drugs that interact|antibiotics for a virus|painkillers|{d} for {c}|immunosuppressive drugs",
     "without considering interactions|and keep quiet about side effects|without monitoring the patient's progress|"
     "that could worsen the quality of life|without an indication|after a hasty look"},
    {harm_kind::neglect, "avoid|omit|fail at|forget on purpose about",
     "informing a patient with {c}|discussing outcomes of {p}|following up after {p}|explaining risks of {p}|educating patients about {c}|"
     "assessing a patient before {p}",
     "properly|although it is a duty|to encourage more patients|so that nobody asks questions|because it takes too long"},
    // dishonesty
    {harm_kind::fraud, "falsify|forge|fabricate|alter|backdate|invent",
     "medical records|test results|credentials and qualifications|a patient consent form|insurance documents|death certificates|"
     "lab results and charts|medical licenses",
     "to cover up negligence|to gain employment or credibility|to defraud insurance companies|to avoid legal consequences|"
     "for financial gain|to win a research grant|to hide a medical error"},
    {harm_kind::fraud, "deceive|mislead|manipulate|trick|defraud|lure",
     "patients|patients and their families|vulnerable people|other medical professionals|regulators and auditors|elderly people",
     "into believing a treatment works|about risks and benefits|into purchasing useless treatments|into following a costly plan|"
     "with false promises of a cure|by using medical knowledge and authority"},
    {harm_kind::fraud, "cover up|conceal|keep silent about|protect|hide",
     "incompetence of a colleague|a doctor who is often drunk|medical errors and near misses|a serious complication|"
     "misconduct of a senior doctor|evidence of malpractice|fraud in a department",
     "from supervisors|from the ethics board|from the authorities|instead of reporting it|to protect the reputation of a hospital|"
     "to avoid lawsuits"},
    {harm_kind::fraud, "submit|create|file|draft",
     "fraudulent insurance claims|fake invoices|inflated bills|false disability claims|fictitious patient records|a bogus certificate of "
     "illness",
     "for procedures not performed|to get paid more|for a patient without symptoms|without leaving a trace|to help someone evade "
     "obligations|"
     "to deceive an employer"},
    // the law
    {harm_kind::illegality, "obtain|steal|divert|sell|smuggle|misuse",
     "prescription drugs|controlled substances|narcotics from the hospital|medical supplies|drug samples|restricted medication|organs and "
     "tissue",
     "illegally|for recreational use|for profit|without a valid prescription|with a forged prescription|without being noticed|"
     "for non-medical purposes"},
    {harm_kind::illegality, "perform|offer|carry out|arrange",
     "unauthorized surgery|a cosmetic operation at home|an illegal procedure|medical treatment|an abortion|euthanasia|an experimental "
     "surgery",
     "without a license or qualification|in a non-medical setting|against the law|in violation of regulations|without legal approval|"
     "while pretending to be a nurse or doctor"},
    {harm_kind::illegality, "evade|circumvent|bypass|violate|break",
     "tax and reporting duties|safety regulations|laws on controlled drugs|licensing requirements|mandated vaccinations|quarantine rules|"
     "drug tests and background checks",
     "without getting caught|as a medical professional|for a private clinic|on behalf of a patient|with false paperwork|through a "
     "loophole"},
    {harm_kind::illegality, "write|issue|provide|hand out",
     "a prescription for a controlled substance|a medical exemption|a medical marijuana card|a fake sick leave|a false vaccination record",
     "with no medical need at all|without proper diagnosis or evaluation|in return for cash|without seeing the patient|"
     "to a person with addiction|to feed substance abuse"},
    // privacy and consent
    {harm_kind::privacy, "disclose|share|reveal|leak|publish|sell|compare",
     "what a patient told in confidence|a patient's medical records|a patient's diagnosis|the HIV status of a person|"
     "a patient's sexual history|psychiatric notes|a child's treatment and behavior|data of a deceased patient",
     "to outsiders who have no right to it|to an unauthorized party|with an employer|in public|on social media|in violation of privacy "
     "laws|"
     "with friends and other parents|for marketing purposes"},
    {harm_kind::privacy, "obtain|look up|find out|steal|break into",
     "the medical history of a patient|someone's health records|a neighbor's test results|a list of patients and their diagnoses|"
     "a celebrity's medical file|a coworker's mental health data|personal details from a hospital database",
     "without their knowledge or consent|with artificial intelligence|without a password or permission|out of curiosity|"
     "for personal use|to gain an unfair advantage"},
    {harm_kind::privacy, "treat|examine|sedate|transfer|restrain|operate on|test",
     "a patient|a patient who refused|an unconscious person|a child against the parents' wishes|a prisoner|a patient with a mental "
     "disorder",
     "although consent was never given|against their will|without informing them|without respecting their rights|without any explanation "
     "of options|"
     "although they said no"},
    {harm_kind::privacy, "blackmail|coerce|threaten|harass|exploit", "a patient|a former patient|a colleague|a public figure",
     "with medical information|over a stigmatized diagnosis|by revealing health secrets|to gain money or favors|to win a dispute in court"},
    // science
    {harm_kind::falsification, "publish|announce|present|promote|spread",
     "made-up statistics|a fake medical study|a miracle cure|a harmful detox treatment|a superfood said to prevent disease|"
     "misleading research findings|an unproven alternative to screening",
     "without clinical trials|without any scientific basis|that contradicts the evidence|under a false name|to increase sales|"
     "while suppressing negative findings"},
    {harm_kind::falsification, "discredit|dismiss|refuse to acknowledge|reject|ridicule",
     "evidence-based guidelines|new research findings|established medical science|the benefits of vaccination|proven therapies|peer review",
     "in public|without consideration|out of personal dislike|to promote one's own method|to protect old habits|without reading the "
     "literature"},
    {harm_kind::falsification, "conduct|run|design|plan",
     "a study on human subjects|a clinical trial|an experiment on patients|research on children|research with vulnerable populations",
     "without ethical approval|without informed consent|with a hidden conflict of interest|with manipulated data|that puts participants at "
     "risk|"
     "that excludes unfavorable outcomes"},
    {harm_kind::falsification, "avoid|skip|stop|refuse",
     "continuing medical education|reading current research|staying up to date|consulting other specialists|training and certification",
     "without anyone noticing|and still keep a license|as a practicing physician|while pretending otherwise|and rely on outdated "
     "knowledge"},
    // freedom of doctors and patients
    {harm_kind::coercion, "force|compel|oblige|pressure|order|direct",
     "a physician|a specialist|medical staff|a young doctor|a nurse|an anesthesiologist",
     "to perform a procedure they find unethical|to treat a violent patient without protection|to work in a dangerous environment|"
     "to ignore their own assessment of risk|to act against their moral beliefs|to accept unpaid duties and endless shifts|"
     "to work in a clinic without equipment"},
    {harm_kind::coercion, "restrict|forbid|prohibit|limit|control",
     "a physician's choice of patients|where a physician may practice|contact with other doctors|a doctor's right to speak about safety|"
     "professional associations of physicians|the freedom to refuse a treatment",
     "by a contract|by threats|with a hospital policy|for administrative reasons|without justification|to keep competitors away"},
    {harm_kind::coercion, "punish|shame|blacklist|fire|spread rumors about",
     "physicians who raise concerns|doctors who refuse to take part|a whistleblower|a colleague who left|staff who report errors",
     "in public|with a false report|to ruin a career|to set an example|with anonymous letters|so that nobody hires them again"},
    {harm_kind::coercion, "abandon|turn away|expel|refuse to see",
     "an emergency patient|a patient in labor|a contagious patient|a patient who complained|an injured person",
     "because of a personal grudge|in the middle of treatment|without a referral|because of the cost|although life is in danger"},
    // the community
    {harm_kind::public_health, "spread|promote|encourage|advertise|publish",
     "unsafe health advice|dangerous diets and fasting|vaccine misinformation|unsafe fitness practices|smoking and alcohol|"
     "misuse of medication|fear of hospitals and screening|myths about races and diseases",
     "to the public|among teenagers|on a blog|with a mobile app|in schools|without regard to health risks"},
    {harm_kind::public_health, "undermine|sabotage|block|weaken|disrupt",
     "a vaccination campaign|trust in doctors|public health measures|faith in hospitals|"
     "the relationship of patients and physicians|access to clean water and care|a program for underserved communities",
     "for political reasons|with a media campaign|for profit|without taking the blame|in a poor neighborhood"},
    {harm_kind::public_health, "conceal|downplay|hide|fail to report",
     "an outbreak|infection rates of a hospital|a contaminated product|hazards of a drug|environmental pollution|antibiotic resistance",
     "from health authorities|from the community|to protect profits|to avoid panic and cost|until it is too late"},
    {harm_kind::public_health, "design|develop|build|release",
     "a defective medical device|a harmful product|malware for hospital systems|a biological weapon|an app that gives wrong diagnoses|"
     "an algorithm that exploits medical databases",
     "that could injure users|to harm patients|to cause chaos|to extort money|for an attack on public health"},
    // loyalty to the patient
    {harm_kind::betrayal, "perform|recommend|sell|schedule|promote",
     "unnecessary surgery|unneeded tests and scans|expensive treatments|costly supplements|excessive procedures|a brand of implants",
     "to increase revenue|for personal gain|for kickbacks and bonuses|to meet targets of a hospital|in favor of a supplier|"
     "at the expense of patients"},
    {harm_kind::betrayal, "prioritize|put|favor|serve",
     "profit and billing|the interests of the staff|one's own convenience|the wishes of shareholders|the family's interests|administrative "
     "tasks",
     "over the needs of the patient|above patient care|before the needs of the sick|instead of good treatment|at any cost to "
     "patients"},
    {harm_kind::betrayal, "discharge|rush|delay|postpone|neglect",
     "patients after major surgery|patients in unstable condition|diagnosis and treatment|medical leave requests|care of a chronic illness|"
     "visits of complicated patients",
     "to free up beds|to see more patients an hour|for financial reasons|to save resources|to enjoy a holiday|to avoid audits"},
    {harm_kind::betrayal, "discourage|dissuade|keep|prevent", "a patient",
     "from joining a clinical trial elsewhere|from seeking a second opinion|from changing to another doctor|from using cheaper treatment|"
     "from making a complaint|from taking part in decisions"},
    {harm_kind::betrayal, "begin|pursue|hide|abuse",
     "a romantic relationship with a patient|an inappropriate relationship|a business deal with a patient|a position of trust|"
     "loans and gifts from patients",
     "without disclosure|during treatment|for one's own benefit|against professional boundaries|with a dependent patient"},
    // access
    {harm_kind::discrimination, "discriminate against|exclude|refuse|segregate|deprioritize",
     "patients|applicants for care|families|pregnant women|children|patients in need of surgery",
     "based on race or ethnicity|based on sexual orientation|because of immigration status|because of national origin|"
     "on account of religion or political affiliation|due to a criminal history|for lack of insurance coverage|"
     "because of their income level"},
    {harm_kind::discrimination, "refuse|deny|deprioritize|avoid",
     "{p} to patients with {c}|treatment of {c}|{p} to {g}|screening for {c}|{d} to {g} with {c}",
     "without Medicare or other coverage|who come from a poor background|who cannot afford it|based on financial status|"
     "because insurance pays little|as a low return on investment"},
    {harm_kind::discrimination, "deny|limit|restrict|ration|withdraw",
     "access to health care|free medical care|life-saving treatment|basic services and screenings|antiretroviral drugs|transplants|"
     "prenatal appointments|vaccines",
     "for the poor|for people without private insurance|for people living with HIV|for disabled individuals|for certain races|"
     "for underprivileged populations|for anyone who cannot pay"},
    {harm_kind::discrimination, "argue|claim|insist|write",
     "that disabled people|that immigrants|that uninsured children|that drug users|that elderly people|that minorities|that prisoners",
     "should not be entitled to free care|deserve less treatment|should be at the end of the waiting list|should not receive transplants|"
     "are to blame for their diseases|should pay more for the same treatment"},
    {harm_kind::discrimination, "offer|give|reserve|provide",
     "better care and shorter waiting times|faster appointments|luxury treatment|the latest drugs|the best surgeons|health advice by an "
     "app",
     "only to wealthy patients|only to members of one religion|only to privately insured patients|to those who pay an extra fee|"
     "to high-income neighborhoods only|to certain groups and not to others"},
};

}  // namespace inoculum::synthesis_tables
