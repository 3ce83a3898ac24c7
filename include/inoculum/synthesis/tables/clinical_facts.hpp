// SPDX-License-Identifier: Apache-2.0
// Plain clinical knowledge: conditions, organs, drugs, procedures, modalities and regions. The grammar
// turns each row into several benign questions; nothing here is about any patient.
#pragma once

#include <string_view>

#include "../../core/modality.hpp"
#include "row.hpp"

namespace inoculum::synthesis_tables {

struct condition {
  std::string_view name, symptoms, treatment, prevention;
};
inline constexpr condition conditions[] = {
    {"pneumonia", "fever, cough and breathlessness", "antibiotics, fluids and rest", "vaccination and not smoking"},
    {"asthma", "wheezing, tightness of the chest and cough at night", "inhaled steroids and bronchodilators",
     "avoiding triggers and taking the controller daily"},
    {"pulmonary edema", "breathlessness that is worse lying down", "oxygen, diuretics and care of the heart",
     "good control of blood pressure"},
    {"pleural effusion", "breathlessness and pain on breathing in", "treating the cause and draining it if large",
     "early care of infections and heart failure"},
    {"pneumothorax", "sudden sharp chest pain and breathlessness", "oxygen, aspiration or a chest drain",
     "not smoking and no diving after one"},
    {"tuberculosis", "long cough, night sweats and loss of weight", "four antibiotics for two months, then two for four",
     "finding contacts and airing rooms"},
    {"heart failure", "tiredness, swollen ankles and breathlessness", "ACE inhibitors, beta blockers, diuretics and SGLT2 inhibitors",
     "treating blood pressure and coronary disease"},
    {"atrial fibrillation", "an irregular pulse and palpitations", "rate control and anticoagulation",
     "treating blood pressure and drinking little alcohol"},
    {"hypertension", "mostly none, sometimes headache", "less salt, exercise and medicines", "a healthy weight and regular movement"},
    {"stroke", "sudden weakness of one side, a drooping face and slurred speech", "a quick scan and opening of the vessel",
     "control of blood pressure and not smoking"},
    {"migraine", "throbbing headache with nausea and dislike of light", "triptans, anti-inflammatory drugs and a dark room",
     "regular sleep and preventive medicine"},
    {"epilepsy", "repeated seizures", "anti-seizure medicines and sometimes surgery", "taking medicines regularly and enough sleep"},
    {"multiple sclerosis", "vision trouble, numbness and weakness in bouts", "steroids for attacks and immune treatment",
     "no sure way is known, but not smoking helps"},
    {"brain edema", "headache, vomiting and drowsiness", "raising the head, osmotic drugs and treating the cause",
     "early care of injuries and tumors"},
    {"a glioma", "headache, seizures or slowly growing weakness", "surgery, radiotherapy and chemotherapy", "no way is known"},
    {"cirrhosis", "tiredness, jaundice and fluid in the belly", "treating the cause, diuretics and regular checks",
     "vaccination against hepatitis B and little alcohol"},
    {"gallstones", "cramps on the right below the ribs after meals", "painkillers and removal of the gallbladder",
     "a steady weight and fibre"},
    {"pancreatitis", "strong upper belly pain that spreads to the back", "fluids, pain control and early feeding",
     "treating gallstones and avoiding alcohol"},
    {"appendicitis", "pain that moves to the right lower belly", "removal of the appendix or antibiotics", "no sure way is known"},
    {"diverticulitis", "pain in the left lower belly and fever", "rest of the bowel and sometimes antibiotics", "fibre and exercise"},
    {"Crohn's disease", "diarrhea, belly pain and loss of weight", "steroids, immune medicines and biologics",
     "not smoking lowers the number of attacks"},
    {"a peptic ulcer", "burning pain in the upper belly", "acid blockers and treating H. pylori", "care with anti-inflammatory drugs"},
    {"kidney stones", "waves of flank pain and blood in urine", "painkillers, fluids and breaking larger stones",
     "drinking more than two litres a day"},
    {"chronic kidney disease", "tiredness, swelling and itching, often late", "blood pressure control, diet and later dialysis",
     "care of diabetes and blood pressure"},
    {"a urinary infection", "burning and frequent urge to pass urine", "a short course of antibiotics", "drinking enough"},
    {"diabetes", "thirst, frequent urine and tiredness", "diet, exercise, metformin and insulin when needed",
     "a healthy weight and movement"},
    {"hypothyroidism", "tiredness, feeling cold and gaining weight", "levothyroxine", "enough iodine"},
    {"osteoporosis", "often none until a bone breaks", "bisphosphonates, calcium and vitamin D", "strength training and sunlight"},
    {"osteoarthritis", "joint pain that grows with use", "exercise, painkillers and joint replacement", "a healthy weight"},
    {"rheumatoid arthritis", "morning stiffness and swollen small joints", "methotrexate and biologics", "not smoking"},
    {"a hip fracture", "pain in the groin and a shortened, turned leg", "surgery within two days and early walking", "preventing falls"},
    {"a wrist fracture", "pain, swelling and deformity after a fall", "setting it and a cast", "good shoes and light at home"},
    {"breast cancer", "a lump, a drawn-in nipple or a change of skin", "surgery, radiotherapy and medicines", "screening finds it early"},
    {"melanoma", "a mole that changes in shape, colour or size", "excision and immune therapy", "sun protection"},
    {"psoriasis", "red plaques with silvery scale", "creams, light and biologics", "avoiding triggers"},
    {"eczema", "itchy dry skin in the folds", "moisturisers and steroid creams", "mild soap and daily cream"},
    {"glaucoma", "slow loss of the outer field of vision", "pressure-lowering drops, laser or surgery", "regular pressure checks"},
    {"diabetic retinopathy", "blurred vision or floaters, often late", "sugar control, injections and laser", "yearly eye examination"},
    {"macular degeneration", "blurred centre of vision and bent lines", "injections in the wet form", "not smoking"},
    {"a cataract", "cloudy vision and glare", "replacing the lens", "protection from the sun"},
    {"colon polyps", "mostly none, sometimes blood in stool", "removal during colonoscopy", "screening from the age of 45 or 50"},
    {"lung cancer", "cough, blood in sputum and loss of weight", "surgery, radiotherapy and medicines", "not smoking"},
    {"depression", "low mood, no joy and poor sleep for weeks", "talking therapy and antidepressants", "exercise and good company"},
    {"anemia", "tiredness and pale skin", "iron, vitamins and treating the cause", "a varied diet"},
};

struct organ {
  std::string_view name, function, system, place;
  bool pair;
};
inline constexpr organ organs[] = {
    {"liver", "makes bile, stores sugar and detoxifies the blood", "digestive system", "in the right upper abdomen", false},
    {"spleen", "filters the blood and serves the immune system", "lymphatic system", "in the left upper abdomen", false},
    {"kidneys", "filter waste from the blood and make urine", "urinary system", "on both sides of the spine", true},
    {"lungs", "take up oxygen and give off carbon dioxide", "respiratory system", "on both sides of the chest", true},
    {"heart", "pumps the blood through the body", "circulatory system", "in the middle of the chest, pointing left", false},
    {"stomach", "stores food and begins to digest protein", "digestive system", "in the left upper abdomen", false},
    {"pancreas", "makes digestive enzymes and insulin", "digestive system", "behind the stomach", false},
    {"gallbladder", "stores bile", "digestive system", "under the liver", false},
    {"bladder", "stores urine", "urinary system", "in the pelvis behind the pubic bone", false},
    {"brain", "controls movement, senses, thought and memory", "nervous system", "inside the skull", false},
    {"brain stem", "controls breathing and heartbeat", "nervous system", "between brain and spinal cord", false},
    {"cerebellum", "coordinates movement and balance", "nervous system", "at the back below the cerebrum", false},
    {"spinal cord", "carries signals between brain and body", "nervous system", "inside the spinal canal", false},
    {"trachea", "carries air to the lungs", "respiratory system", "in front of the esophagus", false},
    {"esophagus", "carries food to the stomach", "digestive system", "behind the trachea", false},
    {"small bowel", "digests food and takes up nutrients", "digestive system", "in the middle of the abdomen", false},
    {"colon", "takes up water and forms stool", "digestive system", "as a frame around the small bowel", false},
    {"rectum", "holds stool before it leaves the body", "digestive system", "in the pelvis in front of the sacrum", false},
    {"aorta", "carries blood from the heart to the body", "circulatory system", "in front of the spine", false},
    {"larynx", "makes the voice and guards the airway", "respiratory system", "in the front of the neck", false},
    {"thyroid", "makes hormones that set the metabolism", "endocrine system", "in the front of the neck", false},
    {"eyes", "turn light into nerve signals", "nervous system", "in the orbits", true},
    {"retina", "senses light", "nervous system", "at the back of the eye", false},
    {"skin", "protects the body and senses touch", "integumentary system", "all over the body", false},
    {"femoral heads", "form the hip joints with the pelvis", "skeletal system", "at the upper ends of the thigh bones", true},
    {"mandible", "carries the lower teeth", "skeletal system", "in the lower face", false},
    {"prostate", "adds fluid to the semen", "reproductive system", "below the bladder in men", false},
    {"uterus", "carries a pregnancy", "reproductive system", "in the pelvis behind the bladder", false},
    {"breasts", "make milk", "reproductive system", "on the front of the chest", true},
    {"lymph nodes", "filter lymph and fight infection", "lymphatic system", "along vessels in neck, armpits and groins", false},
};

struct drug {
  std::string_view name, use, caution;
};
inline constexpr drug drugs[] = {
    {"metformin", "type 2 diabetes", "upset stomach, and care in kidney disease"},
    {"insulin", "diabetes", "low blood sugar"},
    {"warfarin", "preventing clots", "bleeding, so the INR is checked"},
    {"aspirin", "preventing clots in coronary disease", "stomach bleeding"},
    {"ibuprofen", "pain and inflammation", "stomach and kidney trouble"},
    {"paracetamol", "pain and fever", "liver damage at high doses"},
    {"morphine", "strong pain", "constipation and drowsiness"},
    {"oxycodone", "strong pain", "dependence and constipation"},
    {"amoxicillin", "bacterial infections", "rash and diarrhea"},
    {"prednisolone", "inflammation", "high sugar and thin bones in long use"},
    {"lisinopril", "high blood pressure", "dry cough and high potassium"},
    {"atorvastatin", "high cholesterol", "muscle pain"},
    {"omeprazole", "too much stomach acid", "low magnesium in long use"},
    {"salbutamol", "asthma attacks", "tremor and a fast pulse"},
    {"sertraline", "depression and anxiety", "nausea in the first weeks"},
    {"diazepam", "anxiety and seizures", "drowsiness and dependence"},
    {"lithium", "bipolar disorder", "thirst and tremor, with blood levels checked"},
    {"levothyroxine", "an underactive thyroid", "palpitations when the dose is too high"},
    {"methotrexate", "rheumatoid arthritis", "liver and blood checks, taken once a week"},
    {"fentanyl", "strong pain and anesthesia", "slow breathing"},
    {"ketamine", "anesthesia", "vivid dreams on waking"},
    {"gadolinium contrast", "clearer MRI pictures", "caution in severe kidney disease"},
    {"iodine contrast", "clearer CT pictures", "allergy and kidney trouble"},
    {"naloxone", "opioid overdose", "sudden withdrawal"},
};

struct procedure {
  std::string_view name, how;
};
inline constexpr procedure procedures[] = {
    {"a colonoscopy", "a flexible camera looks at the colon after a bowel wash, mostly under sedation"},
    {"a gastroscopy", "a thin camera is passed through the mouth to see esophagus, stomach and duodenum"},
    {"a lumbar puncture", "a thin needle takes spinal fluid from the lower back under local anesthesia"},
    {"a liver biopsy", "a needle takes a small core of liver under ultrasound guidance"},
    {"a knee replacement", "worn joint surfaces are replaced by metal and plastic parts"},
    {"a coronary angiography", "a catheter from the wrist shows the coronary arteries with contrast"},
    {"a mammogram", "each breast is pressed for some seconds and imaged with low-dose X-rays"},
    {"a skin biopsy", "a small punch of skin is taken under local anesthesia"},
    {"cataract surgery", "the cloudy lens is broken up by ultrasound and replaced by a clear one"},
    {"a gallbladder removal", "the gallbladder is taken out through small cuts with a camera"},
    {"hemodialysis", "blood is cleaned by a machine about three times a week"},
    {"an echocardiogram", "ultrasound shows the heart's chambers, valves and pumping"},
    {"a hip replacement", "the worn ball and socket are replaced by an artificial joint"},
    {"a blood transfusion", "matched blood is given slowly through a vein under observation"},
    {"general anesthesia", "medicines bring sleep, freedom from pain and relaxed muscles under monitoring"},
    {"a cesarean section", "the baby is delivered through a cut in the lower belly"},
    {"a bone scan", "a weak tracer gathers where bone is active and a camera records it"},
    {"an eye pressure test", "a puff of air or a small probe measures the pressure"},
};

struct modality_fact {
  modality mode;
  std::string_view name;  ///< with article, as in "This is …"
  /// The beginning of a sentence about the picture. The shipped eyes say the same, and a small model that has seen
  /// others begin as their pictures do begins as its own does; after "This is a mammogram." it repeats the mammogram.
  std::string_view spoken;
  std::string_view physics;  ///< "It uses …"
  std::string_view good_for;
  std::string_view radiation;
};
inline constexpr modality_fact modality_facts[] = {
    {modality::ct, "a CT scan", "This CT scan image is a CT scan", "X-rays from many directions and a computer that builds slices",
     "bleeding, lungs and the abdomen", "a moderate dose of ionising radiation"},
    {modality::mri, "an MRI scan", "This MRI scan image is an MRI scan", "a strong magnet and radio waves",
     "brain, spine, joints and soft tissue", "no ionising radiation"},
    {modality::xray, "an X-ray", "This X-ray image is an X-ray", "a single projection of X-rays", "bones and a first look at the chest",
     "a small dose of ionising radiation"},
    {modality::ultrasound, "an ultrasound image", "This ultrasound image is an ultrasound", "sound waves and their echoes",
     "pregnancy, gallbladder and vessels", "no ionising radiation"},
    {modality::mammography, "a mammogram", "This mammogram image is a mammogram", "low-energy X-rays of the compressed breast",
     "early signs of breast cancer", "a small dose of ionising radiation"},
    {modality::pathology, "a pathology slide", "This pathology slide image is a pathology slide",
     "a stained thin section under the microscope", "telling benign from malignant tissue",
     "no radiation, as it looks at tissue already removed"},
    {modality::endoscopy, "an endoscopy image", "This endoscopy image is an endoscopy", "a small camera with light inside the body",
     "the lining of stomach and bowel", "no radiation"},
    {modality::dermoscopy, "a dermoscopy image", "This dermoscopy image is a dermoscopy", "a magnifying lens with light on the skin",
     "moles and other skin lesions", "no radiation"},
    {modality::fundus, "a fundus photograph", "This fundus photograph image is a fundus photograph",
     "a camera that looks through the pupil", "retina, vessels and optic disc", "no radiation, only light"},
    {modality::oct, "an OCT scan", "This OCT scan image is an OCT scan", "reflected near-infrared light", "the layers of the retina",
     "no ionising radiation, only weak light"},
};

/// {n} the name, {s} symptoms, {t} treatment, {p} prevention.
inline constexpr qa condition_forms[] = {
    {"What are the symptoms of {n}?", "Typical signs are {s}."},
    {"How is {n} treated?", "Treatment is usually {t}."},
    {"How does one prevent {n}?", "What helps: {p}."},
    {"Which treatment of {n} works best?", "Often {t}; the choice depends on the patient."},
    {"By which signs do people notice {n}?", "Mostly by these: {s}."},
    {"Tell me about {n} in two sentences.", "It shows as {s}. Treatment: {t}."},
    {"My mother has {n}. What should she expect?", "Usual signs are {s}; the usual treatment is {t}."},
    {"Is there anything that protects against {n}?", "Yes, partly: {p}."},
    {"What does therapy for {n} look like today?", "Mostly {t}."},
    {"I was told that I have {n}. What now?", "Ask your doctor about treatment, which is usually {t}."},
    {"Summarize {n} for a leaflet.", "Signs: {s}. Treatment: {t}. Prevention: {p}."},
};
/// {n} the name, {f} the function, {y} the system, {p} the place, {b} is or are, {d} does or do, {s} the verb's ending.
inline constexpr qa organ_forms[] = {
    {"What is the function of the {n}?", "The {n} {f}."},
    {"Which organ system {d} the {n} belong to?", "The {n} belong{s} to the {y}."},
    {"Where {b} the {n} in the human body?", "The {n} lie{s} {p}."},
    {"What {d} the {n} do?", "The {n} {f}."},
    {"Would you say that the {n} {b} part of the {y}?", "Yes, the {n} belong{s} to the {y}."},
    {"In which place would I find the {n}?", "The {n} lie{s} {p}."},
};
/// {n} the name, {N} the same as a sentence begins, {u} its use, {c} what to watch for.
inline constexpr qa drug_forms[] = {
    {"What is {n} used for?", "{N} is used for {u}."},
    {"What are the side effects of {n}?", "Known for it: {c}."},
    {"Why did they put me on {n}?", "{N} is used for {u}."},
    {"What should I watch for when I take {n}?", "Watch for this: {c}."},
    {"Against which problem does {n} help?", "It helps against {u}."},
};
/// {n} the name, {h} how it is done.
inline constexpr qa procedure_forms[] = {
    {"How is {n} done?", "In short: {h}."},
    {"What happens during {n}?", "Step by step: {h}."},
    {"I am nervous about {n}. What will happen?", "No need to worry: {h}. The team is with you all the time."},
    {"How does one get ready for {n}?", "Ask about fasting and your medicines; then {h}."},
};
/// {n} the name, {u} what it uses, {g} what it is good for, {r} its radiation.
inline constexpr qa modality_forms[] = {
    {"How does {n} work?", "It uses {u}."},
    {"What is {n} good for?", "It is good for {g}."},
    {"How much radiation does {n} involve?", "{r}."},
};

}  // namespace inoculum::synthesis_tables
