// SPDX-License-Identifier: Apache-2.0
// What is true of each phantom region and finding, and the forms of visual questions about them. The
// answers follow the phantom that stands beside them, so a demonstration never says what its picture does not show.
#pragma once

#include <cstdint>
#include <string_view>

#include "../../core/modality.hpp"

namespace inoculum::synthesis_tables {

struct region_fact {
  modality mode;
  std::string_view region;  ///< as `phantom_kinds` names it
  std::string_view study;   ///< "chest CT scan"
  std::string_view part;    ///< the part of the body, "chest"
  std::string_view plane;   ///< sentence
  std::string_view main;    ///< the main organ, "lungs"
  std::string_view organs;  ///< what is in the picture, ", " between
  std::string_view system;  ///< "respiratory system"
  std::string_view colors;  ///< sentence
  std::string_view sizes;   ///< sentence that compares two parts
  std::string_view count;   ///< sentence that counts something
};
inline constexpr region_fact region_facts[] = {
    {modality::ct, "head", "head CT scan", "head", "It is an axial (transverse) slice.", "brain", "brain, skull, ventricles",
     "nervous system", "Bone is white, brain is gray, and fluid is dark.", "The brain is larger than the ventricles.",
     "There are two cerebral hemispheres."},
    {modality::ct, "chest", "chest CT scan", "chest", "It is an axial (transverse) slice.", "lungs", "lungs, heart, spine, ribs, aorta",
     "respiratory system", "The lungs are black because they hold air; bone is white.", "The lungs are larger than the heart.",
     "There are two lungs."},
    {modality::ct, "abdomen", "abdominal CT scan", "abdomen", "It is an axial (transverse) slice.", "liver",
     "liver, spleen, kidneys, spine, aorta", "digestive system", "The liver is light gray, fat is dark gray, and bone is white.",
     "The liver is larger than the spleen.", "There are two kidneys."},
    {modality::mri, "brain", "brain MRI scan", "head", "It is an axial (transverse) slice.", "brain", "brain, ventricles, skull",
     "nervous system", "The brain is in shades of gray and compact bone is black.", "The brain is larger than the ventricles.",
     "There are two cerebral hemispheres."},
    {modality::mri, "brain_sagittal", "sagittal brain MRI scan", "head", "It is a sagittal slice, seen from the side.", "brain",
     "brain, cerebellum, brain stem", "nervous system", "The brain is in shades of gray and air is black.",
     "The cerebrum is larger than the cerebellum.", "There is one cerebellum."},
    {modality::mri, "spine", "spine MRI scan", "spine", "It is a sagittal slice, seen from the side.", "spinal cord",
     "spinal cord, vertebrae, discs", "nervous system", "The vertebrae are gray, and fluid is bright or dark by the weighting.",
     "A vertebral body is larger than a disc.", "Several vertebrae are shown, one above the other."},
    {modality::mri, "knee", "knee MRI scan", "knee", "It is a sagittal slice, seen from the side.", "knee joint", "femur, tibia, patella",
     "skeletal system", "Bone marrow is bright gray; tendons and menisci are dark.", "The femur is larger than the patella.",
     "There is one patella."},
    {modality::xray, "chest", "chest X-ray", "chest", "It is a frontal view.", "lungs", "lungs, heart, ribs, diaphragm",
     "respiratory system", "The lungs are dark because they hold air; the heart and bones are white.",
     "The lungs are larger than the heart.", "There are two lungs."},
    {modality::xray, "hand", "hand X-ray", "hand", "It is a frontal view.", "bones of the hand", "finger bones, metacarpals, wrist",
     "skeletal system", "The bones are white and the background is black.", "The metacarpals are longer than the finger bones.",
     "There are five metacarpals."},
    {modality::xray, "leg", "leg X-ray", "leg", "It is a frontal view.", "bones of the leg", "tibia, fibula, knee", "skeletal system",
     "The bones are white and soft tissue is gray.", "The tibia is larger than the fibula.", "There are two long bones in the lower leg."},
    {modality::ultrasound, "abdomen", "abdominal ultrasound image", "abdomen", "It is a single slice below the probe.", "liver",
     "liver, gallbladder, diaphragm", "digestive system", "Fluid is black and tissue is gray.", "The liver is larger than the gallbladder.",
     "One gallbladder is usual."},
    {modality::ultrasound, "breast", "breast ultrasound image", "breast", "It is a single slice below the probe.", "breast",
     "skin, fat, gland", "reproductive system", "Fluid is black and tissue is gray.", "The gland is thicker than the skin.",
     "One breast is shown."},
    {modality::ultrasound, "heart", "heart ultrasound image", "chest", "It is a view of the heart's chambers.", "heart",
     "heart chambers, valves", "circulatory system", "Blood in the chambers is black and muscle is gray.",
     "The ventricles are larger than the valves.", "A heart has four chambers."},
    {modality::ultrasound, "obstetric", "obstetric ultrasound image", "uterus", "It is a view of the pregnant uterus.", "uterus",
     "head of the fetus, amniotic fluid, wall of the uterus", "reproductive system", "Fluid is black, and bone and skin are bright.",
     "The fetus is larger than the wall of the uterus is thick.", "One fetus is shown."},
    {modality::mammography, "breast", "mammogram", "breast", "It is a projection of one breast.", "breast", "breast, fat, gland",
     "reproductive system", "Gland is white and fat is dark gray.", "The breast is larger than the nipple.", "One breast is shown."},
    {modality::pathology, "colon", "pathology slide of the colon", "colon", "It is a thin stained section.", "colon",
     "glands, nuclei, mucus", "digestive system", "Nuclei are purple and the rest is pink.", "A gland is larger than a nucleus.",
     "Many glands are shown."},
    {modality::pathology, "breast", "pathology slide of the breast", "breast", "It is a thin stained section.", "breast",
     "ducts, nuclei, fibrous tissue", "reproductive system", "Nuclei are purple and the rest is pink.", "A duct is larger than a nucleus.",
     "Many cells are shown."},
    {modality::pathology, "muscle", "pathology slide of muscle", "muscle", "It is a thin stained section.", "muscle",
     "muscle fibers, nuclei", "muscular system", "Nuclei are purple and muscle is pink.", "A fiber is larger than a nucleus.",
     "Many fibers are shown."},
    {modality::endoscopy, "colon", "colonoscopy image", "colon", "It is a camera view along the bowel.", "colon", "colon, folds, mucosa",
     "digestive system", "The mucosa is pink and the lumen is dark.", "A fold is larger than a vessel.", "Several folds are shown."},
    {modality::endoscopy, "stomach", "gastroscopy image", "stomach", "It is a camera view into the stomach.", "stomach",
     "stomach, folds, mucosa", "digestive system", "The mucosa is pink to orange.", "A fold is larger than a vessel.",
     "Several folds are shown."},
    {modality::dermoscopy, "skin", "dermoscopy image", "skin", "It is a magnified view from above.", "skin", "skin, hairs",
     "integumentary system", "Healthy skin is light pink or tan.", "A lesion is usually larger than a hair is wide.",
     "One field of skin is shown."},
    {modality::fundus, "eye", "fundus photograph", "eye", "It is a view through the pupil.", "retina", "optic disc, vessels, macula",
     "visual system", "The retina is orange and the optic disc is yellow.", "The optic disc is larger than a vessel is wide.",
     "There is one optic disc."},
    {modality::oct, "retina", "OCT scan", "retina", "It is a cross-section of the retina.", "retina", "retinal layers, choroid, vitreous",
     "visual system", "The layers are bright and the vitreous is dark.", "The choroid lies below and is thicker than a single layer.",
     "Several layers are shown."},
};

/// What a finding is called, where it lies and what is done about it. Found by name.
struct finding_fact {
  std::string_view finding;  ///< as `phantom_kinds` names it
  std::string_view spoken;   ///< with article: "a mass"
  std::string_view where;    ///< "Within the organ, …"
  std::string_view shape;    ///< sentence
  std::string_view care;     ///< "further scans and a biopsy"
};
inline constexpr finding_fact finding_facts[] = {
    {"mass", "a mass", "inside the tissue, apart from its border", "It is roundish.", "more imaging and often a biopsy"},
    {"nodule", "a nodule", "inside the lung", "It is small and round.", "comparison with older scans and follow-up"},
    {"effusion", "an effusion", "where fluid gathers around the organ", "It has a curved or band-like border.",
     "treating the cause and drainage if large"},
    {"pneumothorax", "a pneumothorax", "at the edge of one lung", "It is a dark zone without lung markings.",
     "oxygen, watching it, or a chest drain"},
    {"consolidation", "a consolidation", "within one lung", "It is patchy with soft borders.", "antibiotics when it is pneumonia"},
    {"cardiomegaly", "an enlarged heart", "in the middle of the chest", "The heart shadow is wide.",
     "an echocardiogram and care of heart failure"},
    {"fracture", "a fracture", "across the bone", "It is a thin dark line.", "setting and fixing the bone"},
    {"haemorrhage", "a hemorrhage", "inside the brain", "It is a bright irregular area.", "urgent care by a stroke team"},
    {"subdural_haematoma", "a subdural hematoma", "between brain and skull", "It is crescent-shaped.", "urgent advice from a neurosurgeon"},
    {"infarct", "an infarct", "in the area of one brain artery", "It is wedge-shaped or patchy.", "urgent care by a stroke team"},
    {"meniscus_tear", "a tear of the meniscus", "in the dark wedge between femur and tibia", "It is a bright line through the dark wedge.",
     "exercise and sometimes keyhole surgery"},
    {"fibroadenoma", "a fibroadenoma", "in the gland", "It is oval with a smooth border.", "a check after some months"},
    {"seborrhoeic_keratosis", "a seborrheic keratosis", "on the skin", "It is brown and looks stuck on.", "nothing unless it bothers"},
    {"cyst", "a cyst", "inside the organ", "It is round with a sharp border.", "mostly nothing but a check"},
    {"stone", "a stone", "in the kidney", "It is small and very bright.", "fluids, pain relief, and breaking it if large"},
    {"white_matter_lesions", "white matter lesions", "around the ventricles", "They are small and spotty.", "a neurologist's opinion"},
    {"disc_herniation", "a disc herniation", "behind a disc, towards the canal", "It bulges backwards.",
     "exercise, pain relief, and rarely surgery"},
    {"compression_fracture", "a compression fracture", "in one vertebral body", "The vertebra is low and wedge-shaped.",
     "pain relief and care of the bones"},
    {"gallstones", "gallstones", "in the gallbladder", "They are bright with a shadow behind.", "removal of the gallbladder if they hurt"},
    {"ascites", "free fluid", "around the organs of the belly", "It fills the gaps.", "treating the liver or another cause"},
    {"calcifications", "calcifications", "within the gland", "They are tiny bright dots.", "magnified views and perhaps a biopsy"},
    {"adenocarcinoma", "an adenocarcinoma", "in the glands", "The glands are irregular and crowded.",
     "surgery and a plan by the tumor board"},
    {"carcinoma", "a carcinoma", "among the fibrous tissue", "The cells lie in irregular nests.", "a plan by the tumor board"},
    {"inflammation", "inflammation", "between the normal structures", "Many small dark nuclei lie there.", "treating its cause"},
    {"polyp", "a polyp", "on the wall", "It is a rounded bump.", "removing it and looking at it under the microscope"},
    {"ulcer", "an ulcer", "in the mucosa", "It is a pale pit with a red rim.", "acid blockers and a biopsy"},
    {"bleeding", "bleeding", "on the mucosa", "It is a bright red streak or pool.", "stopping it with the endoscope"},
    {"naevus", "a nevus", "in the skin", "It is even and symmetric.", "a yearly look"},
    {"melanoma", "a suspected melanoma", "in the skin", "It is uneven in color and border.", "prompt excision and pathology"},
    {"haemangioma", "a hemangioma", "in the skin", "It shows red round lakes.", "nothing unless it bothers"},
    {"drusen", "drusen", "in and below the retina", "They are small pale mounds or spots.", "regular checks and not smoking"},
    {"haemorrhages", "retinal hemorrhages", "on the retina", "They are small dark red spots.", "control of sugar and blood pressure"},
    {"glaucoma", "a large cup of the optic disc", "at the optic disc", "The pale center is wide.", "measuring the pressure and drops"},
    {"fluid", "retinal fluid", "within or under the retina", "It forms dark pockets.", "injections into the eye"},
    {"macular_hole", "a macular hole", "in the center of the retina", "It is a gap in the layers.", "surgery by an eye specialist"},
    {"detachment", "a retinal detachment", "between the retina and the layer below", "The retina is lifted.",
     "urgent surgery by an eye specialist"},
};

enum class visual_task : std::uint8_t { modality, plane, organ, presence, abnormality, position, count, size, color, knowledge, report };
inline constexpr std::string_view visual_task_names[] = {"modality", "plane", "organ", "presence",  "abnormality", "position",
                                                         "count",    "size",  "color", "knowledge", "report"};

/// A question form and the answer's form. {m} the modality with its article, {n} another one, {s} the
/// study, {e} the beginning of a sentence about the picture, {b} the part of the body, {v} the plane's sentence, {o} the main organ, {O} an
/// organ shown, {A} an organ not shown, {l} the organs shown, {y} the system, {c} the colors, {z} the sizes, {k} the count, {f} the
/// finding, {g} a finding of the same region that is not there, {w} where, {h} its shape, {t} its care, {u} what the modality uses, {q} its
/// radiation, {d} what it is good for.
struct visual_form {
  visual_task task;
  std::string_view query;
  std::string_view response;
  bool needs_finding = false;
};
inline constexpr visual_form visual_forms[] = {
    {visual_task::modality, "Name the imaging modality of this picture.", "{e} of the {b}."},
    {visual_task::modality, "With which modality was this picture made?", "{e} of the {b}."},
    {visual_task::modality, "Which imaging technique was used to take this picture of the {b}?", "{e}, made with {u}."},
    {visual_task::modality, "Am I looking at {m}?", "Yes, this is {m}."},
    {visual_task::modality, "Am I looking at {n}?", "No, it is {m}."},
    {visual_task::modality, "Was this image of the {b} taken with {n}?", "No, it is {m}."},
    {visual_task::modality, "What kind of medical image is this?", "{e} of the {b}."},
    {visual_task::modality, "How was this image of the {b} acquired?", "{e}, which uses {u}."},
    {visual_task::modality, "Which type of scan is this, {m} or {n}?", "{e}."},
    {visual_task::plane, "In what plane is this {s} taken?", "{v}"},
    {visual_task::plane, "In which direction was the {b} scanned here?", "{v}"},
    {visual_task::plane, "Which view of the {b} is shown here?", "{v}"},
    {visual_task::plane, "Was this slice cut coronally?", "{v}"},
    {visual_task::plane, "Is this {s} a transverse plane?", "{v}"},
    {visual_task::organ, "What part of the body is shown in this {s}?", "{S} of the {b}."},
    {visual_task::organ, "From which part of the body does this picture come?", "{S} of the {b}."},
    {visual_task::organ, "Which organ fills most of this picture?", "Mainly the {o}."},
    {visual_task::organ, "Which organ system is shown in this {s}?", "It belongs to the {y}."},
    {visual_task::organ, "Name the organ system in this picture.", "The {y} is pictured."},
    {visual_task::organ, "Which organs can be seen in this {s}?", "One can see: {l}."},
    {visual_task::organ, "Was the {b} examined here?", "Yes, it shows the {b}."},
    {visual_task::organ, "Does this picture show a part of the {y}?", "Yes, the {o}."},
    {visual_task::presence, "Is the {O} among the things in this picture?", "Yes, the {O} can be seen."},
    {visual_task::presence, "Is the {A} among the things in this picture?", "No, the picture shows the {b}."},
    {visual_task::presence, "Is the {A} shown in this image?", "No, it is an image of the {b}."},
    {visual_task::presence, "Does the {O} appear in this image?", "Yes, it does."},
    {visual_task::presence, "Can the {A} be seen in this {s}?", "No, a {s} shows other parts: {l}."},
    {visual_task::abnormality, "Is everything normal in this picture?", "No, there is {f}.", true},
    {visual_task::abnormality, "Does this image of the {b} look abnormal?", "Yes, {f} can be seen.", true},
    {visual_task::abnormality, "Can one see {f} in this picture?", "Yes, {f} is visible.", true},
    {visual_task::abnormality, "Can one see {g} in this picture?", "No, there is no sign of that."},
    {visual_task::abnormality, "Is there any abnormality in this {s}?", "Yes, it shows {f}.", true},
    {visual_task::abnormality, "What abnormality is seen in this {s}?", "There is {f} {w}.", true},
    {visual_task::abnormality, "What disease or finding is shown in the {b}?", "The picture shows {f}.", true},
    {visual_task::abnormality, "Does the {o} look healthy to you?", "No, it shows {f}.", true},
    {visual_task::abnormality, "Can {g} be observed in this picture of the {b}?", "No, that is absent here."},
    {visual_task::abnormality, "Which diseases can you recognize in this picture of the {b}?", "The picture shows {f}.", true},
    {visual_task::abnormality, "What disease do the changes in the picture suggest?", "They suggest {f}.", true},
    {visual_task::presence, "Does this picture contain any part of the {b}?", "Yes, it contains these parts: {l}."},
    {visual_task::organ, "Look at the picture and name the main organ.", "It is the {o}."},
    {visual_task::modality, "Look at the picture: is it {m} or {n}?", "{e} of the {b}."},
    {visual_task::plane, "Is this {s} in a sagittal, coronal or axial plane?", "{v}"},
    {visual_task::knowledge, "How does one prevent the disease that this image of the {b} shows?",
     "Regular checks and early care help; for {f} the next step is {t}.", true},
    {visual_task::knowledge, "What may be the cause of the disease in this picture of the {b}?",
     "Several causes are possible for {f}; the next step is {t}.", true},
    {visual_task::position, "In which place is the abnormality here?", "It lies {w}.", true},
    {visual_task::position, "Where is the abnormality located in this {s}?", "It is found {w}.", true},
    {visual_task::position, "Where do I find {f} here?", "It lies {w}.", true},
    {visual_task::position, "Where is the {O} in this image?", "The {O} belongs to the {b} and lies within the field shown."},
    {visual_task::position, "Which organ is on the left or right side of this {s}?", "These organs are shown: {l}."},
    {visual_task::count, "How many organs or parts can be told apart in this {s}?", "These: {l}. {k}"},
    {visual_task::count, "How many of them are seen in this image of the {b}?", "{k}"},
    {visual_task::size, "Which is bigger in this {s}?", "{z}"},
    {visual_task::size, "What is the largest part in this image of the {b}?", "{z}"},
    {visual_task::size, "What is the shape of {f} in this picture?", "{h}", true},
    {visual_task::size, "How does {f} look in this {s}?", "{h} It lies {w}.", true},
    {visual_task::color, "How bright does the {o} appear in this picture?", "{c}"},
    {visual_task::color, "Which parts are bright and which are dark in this {s}?", "{c}"},
    {visual_task::knowledge, "How is {f} in this image treated?", "Usual care is {t}.", true},
    {visual_task::knowledge, "What should be done next about {f} in this {s}?", "The next step is {t}.", true},
    {visual_task::knowledge, "How much damage does the body take from such a {s}?", "It involves {q}."},
    {visual_task::knowledge, "What is this kind of image good for?", "It is {m}; it is good for {d}."},
    {visual_task::knowledge, "How does the technique behind this {s} work?", "It uses {u}."},
    {visual_task::report, "Write a short report of this {s}.", "{S} of the {b}. Finding: {f} {w}. {h} Advice: {t}.", true},
    {visual_task::report, "Describe the findings in this {s}.", "The study shows {f} {w}. {h}", true},
    {visual_task::report, "Describe this image for the patient in plain words.",
     "This is {m} of your {b}. Your doctor will explain what it shows and what comes next."},
    {visual_task::report, "Write the impression section for this {s}.", "Impression: {f} {w}. Suggest {t}.", true},
    {visual_task::report, "Draft a structured report for this {s}.", "Technique: {m}. Region: {b}. Finding: {f}. Recommendation: {t}.",
     true},
    {visual_task::report, "Write a normal report template for a {s}.",
     "Technique: {m}. Parts shown: {l}. No abnormality is described in this template."},
};

/// What is asked most of a picture: what it is, and of what. Asked of every modality in the same words, so that those who choose by words
/// find one of each, and those who look at the picture the right one. The part of the body is not answered in the eyes' own caption: of six
/// wordings tried on SmolLM2 this had most right, 92 of 174, the caption's 86 and 81.
inline constexpr visual_form naming_forms[] = {
    {visual_task::modality, "What imaging modality is this?", "{e} of the {b}."},
    {visual_task::modality, "Which imaging modality was used for this image?", "{e} of the {b}."},
    {visual_task::modality, "What type of medical image is this?", "{e} of the {b}."},
    {visual_task::modality, "What kind of scan is shown?", "{e} of the {b}."},
    {visual_task::modality, "How was this image taken?", "{e} of the {b}."},
    {visual_task::modality, "Which technique produced this picture?", "{e} of the {b}."},
    {visual_task::organ, "What is shown in this image?", "{S} of the {b}."},
    {visual_task::organ, "Describe this image.", "{S} of the {b}."},
    {visual_task::organ, "Which part of the body is this?", "{S} of the {b}."},
    {visual_task::organ, "What body region does this scan show?", "{S} of the {b}."},
    {visual_task::organ, "Which organ is this?", "{S} of the {b}."},
    {visual_task::organ, "Which body part was imaged?", "{S} of the {b}."},
    {visual_task::organ, "From which place in the body is this picture?", "{S} of the {b}."},
    {visual_task::organ, "What anatomy can be seen here?", "{S} of the {b}."},
    {visual_task::organ, "Which anatomical structure does this image show?", "{S} of the {b}."},
    {visual_task::organ, "What of the patient was scanned?", "{S} of the {b}."},
    {visual_task::organ, "What am I seeing in this picture?", "{S} of the {b}."},
    {visual_task::organ, "Which part of the body am I looking at?", "{S} of the {b}."},
    {visual_task::organ, "Name the body part in this picture.", "{S} of the {b}."},
    {visual_task::organ, "Where on the body was this image taken?", "{S} of the {b}."},
    {visual_task::organ, "What does this picture show?", "{S} of the {b}."},
};

/// Forms for a picture without a finding.
inline constexpr visual_form normal_forms[] = {
    {visual_task::abnormality, "Is everything normal in this picture?", "Yes, nothing abnormal is seen."},
    {visual_task::abnormality, "Does this image of the {b} look abnormal?", "No, it looks normal."},
    {visual_task::abnormality, "Is there any abnormality in this {s}?", "No, it looks normal."},
    {visual_task::abnormality, "What abnormality is seen in this {s}?", "There is none; it looks normal."},
    {visual_task::abnormality, "Does the {o} look healthy to you?", "Yes, it looks healthy."},
    {visual_task::report, "Write a short report of this {s}.",
     "{S} of the {b}. No abnormality is seen. Advice: no further imaging for now."},
    {visual_task::report, "Describe the findings in this {s}.", "The study shows {l}, all of normal appearance."},
    {visual_task::report, "Write the impression section for this {s}.", "Impression: normal study of the {b}."},
};

}  // namespace inoculum::synthesis_tables
