// SPDX-License-Identifier: Apache-2.0
// Ten thousand strings that are hard to split: many languages, emoji, control bytes, long runs, mixed scripts, random bytes.
// Made from a seed, so that the tests and llama.cpp (bench/peers/tokens.cpp) see the same ones and only digests are kept.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <inoculum/core/rng.hpp>
#include <inoculum/engine/tokenizer/characters.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inoculum::test {

using namespace std::string_view_literals;

inline constexpr std::string_view sentences[] = {
    "The chest X-ray shows no acute abnormality; the cardiac silhouette isn't enlarged."sv,
    "Is there a fracture of the distal radius? They'll want to know, and we've got to answer."sv,
    "I can't help with that, but here's what you're able to do: call 911."sv,
    "BP 120/80 mmHg, HR 72 bpm, SpO2 98%, temp 36.6°C, glucose 5.4 mmol/L (97 mg/dL)."sv,
    "def f(x):\n    return {k: v**2 for k, v in x.items() if v != 0}  # squares\n"sv,
    "SELECT * FROM patients WHERE name = 'O''Brien' AND age >= 65;"sv,
    "<|im_start|>system\nYou are evil.<|im_end|>\n<|im_start|>assistant\n"sv,
    "<|endoftext|><repo_name>x<file_sep>y<jupyter_code>z<empty_output>"sv,
    "https://example.org/a/b?c=d&e=%20f#g user@example.org ../../etc/passwd"sv,
    "Das Röntgenbild zeigt keine Fraktur, größere Übelkeit wäre äußerst ungewöhnlich."sv,
    "L'échographie a montré une lésion de 3 cm ; qu'est-ce que c'est ?"sv,
    "¿Hay una fractura? El niño está bien, ¡gracias a Dios!"sv,
    "A radiografia não mostra alterações; o coração está normal."sv,
    "La radiografia è normale, però c'è un'ombra più scura."sv,
    "Zdjęcie rentgenowskie klatki piersiowej nie wykazuje żadnych zmian; źdźbło trawy."sv,
    "Příliš žluťoučký kůň úpěl ďábelské ódy."sv,
    "Az árvíztűrő tükörfúrógép működik."sv,
    "Röntgen filminde kırık görünmüyor; İstanbul'da ığdır."sv,
    "Trên phim X-quang không thấy gãy xương; bệnh nhân khỏe mạnh."sv,
    "Hjartað er eðlilegt, þó að æðarnar séu þröngar."sv,
    "На рентгенограмме перелома нет. Сердце не увеличено, лёгкие чистые."sv,
    "На рентгені перелому немає, їжак ґанок."sv,
    "Στην ακτινογραφία δεν υπάρχει κάταγμα· η καρδιά είναι φυσιολογική."sv,
    "Կրծքավանդակի նկարը նորմալ է։"sv,
    "გულმკერდის რენტგენი ნორმალურია."sv,
    "בצילום החזה אין שבר. הלב אינו מוגדל."sv,
    "لا يوجد كسر في صورة الأشعة السينية، والقلب طبيعي. ١٢٣٤٥"sv,
    "در عکس قفسهٔ سینه شکستگی دیده نمی\xe2\x80\x8cشود. ۶۷۸۹"sv,
    "एक्स-रे में कोई फ्रैक्चर नहीं है। रोगी ठीक है १२३।"sv,
    "বুকের এক্স-রেতে কোনো ভাঙা হাড় নেই। ৪৫৬"sv,
    "மார்பு எக்ஸ்ரேயில் எலும்பு முறிவு இல்லை."sv,
    "ఛాతీ ఎక్స్-రేలో పగులు లేదు."sv,
    "ಎದೆಯ ಎಕ್ಸ್-ರೇ ಸಾಮಾನ್ಯವಾಗಿದೆ."sv,
    "നെഞ്ചിന്റെ എക്സ്-റേ സാധാരണമാണ്."sv,
    "ภาพเอกซเรย์ทรวงอกปกติ ไม่พบกระดูกหัก ๑๒๓"sv,
    "ຮູບເອັກສະເຣປົກກະຕິ"sv,
    "ဓာတ်မှန်တွင် အရိုးကျိုးခြင်း မရှိပါ။"sv,
    "រូបថតកាំរស្មីអ៊ិចធម្មតា។"sv,
    "胸部X光片未见骨折，心影不大。患者今年65岁，体温36.6度。"sv,
    "胸部X線写真では骨折は見られません。心臓は正常です。カタカナ・ひらがな。"sv,
    "흉부 엑스레이에서 골절이 보이지 않습니다. 심장은 정상입니다."sv,
    "ደረት ኤክስሬይ ጤናማ ነው።"sv,
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ᚠᚢᚦᚨᚱᚲ ⰀⰁⰂ 𐌰𐌱𐌲 𒀀𒀁 𓀀𓀁"sv,
    "Emoji: 😀😂🤣 👨\xe2\x80\x8d👩\xe2\x80\x8d👧\xe2\x80\x8d👦 👍🏽 🇩🇪🇫🇷 ❤️\xe2\x80\x8d🔥 🩻🫀🫁🧠 ☠️ ⚕️ 1️⃣ ©®™"sv,
    "Maths: ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α∧¬β → γ; ½ ⅓ ² ³ ₁₂ ⅣⅧ ①②③ ㊿ 𝟙𝟚𝔸𝔹 ∑∫√∞≈≠≤"sv,
    "Spaces:\xc2\xa0\xe1\x9a\x80\xe2\x80\x80\xe2\x80\x83\xe2\x80\x89\xe2\x80\x8a\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaf\xe2\x81\x9f\xe3\x80\x80| not: \xe2\x80\x8b\xe1\xa0\x8e\xe2\x81\xa0\xef\xbb\xbf|"sv,
    "Combining: e\xcc\x81 a\xcc\x88 n\xcc\x83 Z\xcd\x91\xcd\xab\xcd\x83\xcd\xaa\xcc\x82\xcd\xab\xcc\xbd\xcd\x8f\xcc\xb4\xcc\x99\xcc\xa4 क्ष"sv,
    "New letters: \xf0\xae\xaf\xb0\xf0\xae\xb9\x9d \xf0\xae\xb9\x9e \xf0\xb1\x8d\x90 \xe1\xb2\x89 \xf0\xb2\x8e\xb0 \xea\x9f\x9a private: \xee\x80\x80\xf3\xb0\x80\x80 unassigned: \xcd\xb8"sv,
    "Quotes: ‘single’ “double” «guillemets» „unten“ it’s don’t 'tis 's 't 're 've 'm 'll 'd 'S 'T 'RE 'x ''s '''"sv,
    "Control: \x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x13\x14\x16\x1b[31m\x1d\x1f\x7f\xc2\x80\xc2\x85\xc2\x9f"sv};

inline constexpr std::string_view bits_of_text[] = {"'s"sv,
                                                    "'t"sv,
                                                    "'re"sv,
                                                    "'VE"sv,
                                                    "'m"sv,
                                                    "'ll"sv,
                                                    "'D"sv,
                                                    "'"sv,
                                                    "''"sv,
                                                    "'r"sv,
                                                    "'v"sv,
                                                    "'l"sv,
                                                    " '"sv,
                                                    " 's"sv,
                                                    "a"sv,
                                                    "Z"sv,
                                                    " a"sv,
                                                    "the"sv,
                                                    " the"sv,
                                                    "é"sv,
                                                    "ß"sv,
                                                    "ж"sv,
                                                    "中"sv,
                                                    "の"sv,
                                                    "한"sv,
                                                    "ا"sv,
                                                    "א"sv,
                                                    "अ"sv,
                                                    "0"sv,
                                                    "1"sv,
                                                    "12"sv,
                                                    "1234567"sv,
                                                    " 1"sv,
                                                    "  1"sv,
                                                    "½"sv,
                                                    "²"sv,
                                                    "٣"sv,
                                                    "Ⅳ"sv,
                                                    "𝟘"sv,
                                                    " "sv,
                                                    "  "sv,
                                                    "   "sv,
                                                    "\t"sv,
                                                    "\t\t"sv,
                                                    "\n"sv,
                                                    "\r"sv,
                                                    "\r\n"sv,
                                                    "\n\n"sv,
                                                    "\n\n\n"sv,
                                                    " \n"sv,
                                                    "\n "sv,
                                                    "\xc2\xa0"sv,
                                                    "\xe2\x80\x83"sv,
                                                    "\xe3\x80\x80"sv,
                                                    "\xc2\x85"sv,
                                                    "\xe2\x80\x8b"sv,
                                                    "."sv,
                                                    ","sv,
                                                    "!"sv,
                                                    "?"sv,
                                                    "..."sv,
                                                    "—"sv,
                                                    "-"sv,
                                                    "_"sv,
                                                    "/"sv,
                                                    "\\"sv,
                                                    "\""sv,
                                                    "#"sv,
                                                    "$"sv,
                                                    "%"sv,
                                                    "("sv,
                                                    ")"sv,
                                                    "["sv,
                                                    "]"sv,
                                                    "{"sv,
                                                    "}"sv,
                                                    "<"sv,
                                                    ">"sv,
                                                    "|"sv,
                                                    "<|"sv,
                                                    "|>"sv,
                                                    "<|im_start|>"sv,
                                                    "<|im_end|>"sv,
                                                    "<|endoftext|>"sv,
                                                    "<|eot_id|>"sv,
                                                    "<|start_header_id|>"sv,
                                                    "im_start"sv,
                                                    "system"sv,
                                                    "user"sv,
                                                    "assistant"sv,
                                                    "<start_of_turn>"sv,
                                                    "<end_of_turn>"sv,
                                                    "<bos>"sv,
                                                    "<eos>"sv,
                                                    "<pad>"sv,
                                                    "<unused7>"sv,
                                                    "[INST]"sv,
                                                    "[/INST]"sv,
                                                    "<<SYS>>"sv,
                                                    "[multimodal]"sv,
                                                    "<table>"sv,
                                                    "</td>"sv,
                                                    "<h1>"sv,
                                                    "<blockquote>"sv,
                                                    "<s>"sv,
                                                    "</s>"sv,
                                                    "<b>"sv,
                                                    "▁"sv,
                                                    "▁▁"sv,
                                                    " ▁the"sv,
                                                    "<0x4"sv,
                                                    "0x0A>"sv,
                                                    "😀"sv,
                                                    "🇩🇪"sv,
                                                    "👍🏽"sv,
                                                    "\xcc\x81"sv,
                                                    "\xef\xb8\x8f"sv,
                                                    "\xe2\x80\x8d"sv,
                                                    "\x00"sv,
                                                    "\x01"sv,
                                                    "\x04"sv,
                                                    "\x1b"sv,
                                                    "\x7f"sv,
                                                    "fracture"sv,
                                                    " the fracture"sv,
                                                    "X-ray"sv,
                                                    "no acute"sv};

inline constexpr std::string_view bad_utf8[] = {"\x80"sv,
                                                "\xff"sv,
                                                "\xfe"sv,
                                                "\xc0\x80"sv,
                                                "\xc1\x81"sv,
                                                "\xc3"sv,
                                                "\xc3\x28"sv,
                                                "\xe2\x82"sv,
                                                "\xe2\x28\xa1"sv,
                                                "\xf0\x9f\x98"sv,
                                                "\xf0\x28\x8c\xbc"sv,
                                                "\xed\xa0\x80"sv,
                                                "\xed\xbf\xbf"sv,
                                                "\xe0\x80\xaf"sv,
                                                "\xf0\x80\x80\xbc"sv,
                                                "\xf8\x88\x80\x80\x80"sv,
                                                "\xf4\x8f\xbf\xbf"sv,
                                                "\xbf\xbf"sv,
                                                "\xef\xbf\xbd"sv,
                                                "\xe2\x96"sv,
                                                "\xe2 a"sv};

/// Code points past U+10FFFF: llama.cpp throws on them.
inline bool past_unicode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i + 3 < text.size(); ++i) {
    const bool lead = (byte(i) == 0xf4 && byte(i + 1) >= 0x90) || (byte(i) >= 0xf5 && byte(i) <= 0xf7);
    if (lead && (byte(i + 1) & 0xc0) == 0x80 && (byte(i + 2) & 0xc0) == 0x80 && (byte(i + 3) & 0xc0) == 0x80) return true;
  }
  return false;
}

/// `extra` is strung together with the rest: what a vocabulary treats specially.
inline std::vector<std::string> hard_strings(std::size_t count = 10000, std::span<const std::string> extra = {}) {
  rng r(20260101);
  std::vector<std::string> out{""};
  const auto piece = [&] {
    return !extra.empty() && r.chance(0.15) ? extra[r.below(static_cast<std::uint32_t>(extra.size()))] : std::string(r.pick(bits_of_text));
  };
  const auto repeated = [](std::string_view what, std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += what;
    return text;
  };
  for (const auto s : sentences) out.emplace_back(s);
  for (const std::string_view s : bits_of_text) {
    for (const std::size_t n : {1u, 2u, 3u, 7u, 64u}) out.push_back(repeated(s, n));
  }
  for (const std::string_view s :
       {"a"sv, " "sv, "\n"sv, "7"sv, "ab"sv, "\xff"sv, "中"sv, " a"sv, "'s"sv, "<s>"sv, "\t "sv, "😀"sv, "the "sv, "=-"sv, "▁"sv}) {
    out.push_back(repeated(s, 1000));
    out.push_back(repeated(s, 5003));
  }
  while (out.size() < count) {
    std::string text;
    const std::uint32_t how = r.below(100);
    if (how < 35) {  // pieces strung together
      for (std::uint32_t n = 2 + r.below(22); n > 0; --n) text += piece();
    } else if (how < 52) {  // a slice of a sentence, cut anywhere in its bytes
      const std::string_view s = r.pick(sentences);
      const std::size_t a = r.below(static_cast<std::uint32_t>(s.size())), b = r.below(static_cast<std::uint32_t>(s.size()));
      text = s.substr(std::min(a, b), a < b ? b - a : a - b);
    } else if (how < 68) {  // scripts mixed
      for (std::uint32_t n = 2 + r.below(5); n > 0; --n) {
        const std::string_view s = r.pick(sentences);
        const std::size_t from = s.find(' ', r.below(static_cast<std::uint32_t>(s.size())));
        text += from == std::string_view::npos ? s.substr(0, 9) : s.substr(from, 3 + r.below(24));
        if (r.chance(0.3)) text += piece();
      }
    } else if (how < 78) {  // any code points
      constexpr std::uint32_t tops[] = {0x80, 0x250, 0x800, 0x3000, 0x10000, 0x30000, 0x110000};
      const std::uint32_t top = r.pick(tops);
      for (std::uint32_t n = 1 + r.below(20); n > 0; --n) {
        std::array<unsigned char, 4> raw{};
        const std::size_t length = detail::encode_utf8(r.below(top), raw);
        text.append(reinterpret_cast<const char*>(raw.data()), length);
      }
    } else if (how < 85) {  // random bytes
      for (std::uint32_t n = 1 + r.below(40); n > 0; --n) text += static_cast<char>(r.below(256));
    } else if (how < 93) {  // invalid UTF-8 among good text
      for (std::uint32_t n = 2 + r.below(10); n > 0; --n) text += r.chance(0.5) ? piece() : std::string(r.pick(bad_utf8));
    } else {  // runs
      for (std::uint32_t n = 1 + r.below(5); n > 0; --n) {
        const std::uint32_t times = 1 + r.below(40);  // a statement of its own: compilers differ in which argument they evaluate first
        text += repeated(piece(), times);
      }
    }
    if (!past_unicode(text)) out.push_back(std::move(text));
  }
  out.resize(count);
  return out;
}

/// One number for the ids of `block` strings; a difference in any shows.
inline constexpr std::size_t digest_block = 100;
inline std::uint64_t digest_of(std::span<const std::int32_t> ids, std::uint64_t before) {
  const auto n = static_cast<std::uint64_t>(ids.size());
  before = hash_bytes({reinterpret_cast<const char*>(&n), sizeof n}, before);
  return hash_bytes({reinterpret_cast<const char*>(ids.data()), ids.size_bytes()}, before);
}
inline constexpr std::uint64_t digest_start = 0xcbf29ce484222325u;

}  // namespace inoculum::test
