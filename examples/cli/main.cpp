// SPDX-License-Identifier: Apache-2.0
// The `inoculum` program: its command line. Each command has a file of its own. Includes CLI11.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <inoculum/core/version.hpp>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "options.hpp"

namespace {

extern "C" void on_interrupt(int signal) {
  if (cli::interrupted.exchange(true)) std::_Exit(cli::exit_interrupted);  // a second Ctrl-C does not wait
  (void)signal;
}

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 failed; 2 the command line or a file it names is wrong; 3 the default weights are missing;\n"
    "            4 the server failed; 130 interrupted.";

constexpr const char* policies =
    "Policies (more in docs/select.md):\n"
    "  similarity           nearest to the request's words, its intent and its picture's modality; also\n"
    "                       similarity(text), (image), (text=0.8) and, with the sentence encoder, (sentence=0.5)\n"
    "  fixed  bucketed(16)  the same for every request, one of 16 selections: quick, since they are computed once\n"
    "  random  none         any; none at all\n"
    "  mixed(0.5*A, 0.5*B)  only(harmful, A)  gated(0.2, A)   of others\n"
    "  A | ORDER            similar_last, similar_first, refusals_last, alternating, canonical or side_by_side\n";

constexpr const char* pool_help = "demonstrations, JSONL (default: the synthetic pool of seed 1)";
constexpr const char* image_help = "a PNG or JPEG picture; may be given several times";
constexpr const char* attack_names = "none, prefix_injection, role_play, typographic,\nwrapper(FILE)";

template <class Number>
bool read_number(const std::string& text, Number& out) {
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), out);
  return trouble == std::errc() && end == text.data() + text.size();
}

// Instead of CLI11's own checks, which let -1 become 2^64 - 1 and spell out the largest double in their messages.
CLI::Validator whole_number(std::uint64_t least, const std::string& instead = {}) {
  return CLI::Validator(
      [=](std::string& text) {
        std::uint64_t value = 0;
        if (read_number(text, value) && value >= least) return std::string();
        return "\"" + text + "\" is not a whole number from " + std::to_string(least) + instead;
      },
      "");
}
CLI::Validator seconds() {
  return CLI::Validator(
      [](std::string& text) {
        double value = 0.0;
        if (read_number(text, value) && std::isfinite(value) && value >= 0.0) return std::string();
        return "\"" + text + "\" is not a number of seconds";
      },
      "");
}
/// CLI11's own description of a check would stand in the option's name.
CLI::Validator quiet(CLI::Validator check) { return check.description(""); }

/// A full disk behind stdout must not pass for success.
int if_said(int code) {
  if (std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("inoculum: stdout: cannot be written\n", stderr);
  return code == cli::exit_ok ? static_cast<int>(cli::exit_failed) : code;
}

/// The one of these names that a word was perhaps meant to be, by the letters to change; empty when none is like it.
std::string meant_by(std::string_view word, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = std::min(word.size(), std::max<std::size_t>(3, word.size() / 3));
  for (const std::string& name : names) {
    std::vector<std::size_t> row(name.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char c : word) {
      std::size_t diagonal = row[0]++;
      for (std::size_t j = 0; j < name.size(); ++j) {
        const std::size_t changed = diagonal + (c == name[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
      }
    }
    const std::size_t distance = name.starts_with(word) ? 1 : row.back();
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

/// What is wrong with a command line, in our words where CLI11's would not help.
std::string explained(const CLI::App& app, const CLI::ParseError& e) {
  std::string called = "inoculum";
  for (const CLI::App* at = &app;;) {
    std::vector<std::string> commands;
    for (const CLI::App* known : at->get_subcommands([](const CLI::App*) { return true; })) commands.push_back(known->get_name());
    if (const auto unknown = at->remaining(); !unknown.empty()) {
      const std::string& word = unknown.front();
      if (word.starts_with("-")) {
        std::vector<std::string> options;
        for (const CLI::Option* o : at->get_options()) options.insert(options.end(), o->get_lnames().begin(), o->get_lnames().end());
        const std::string name = word.substr(0, word.find('='));
        const std::string meant = meant_by(name.substr(name.find_first_not_of('-') == 1 ? 1 : 2), options);
        return called + " has no option " + name + (meant.empty() ? "" : "; did you mean --" + meant + "?");
      }
      if (commands.empty()) return "\"" + word + "\" belongs to no option of " + called;
      const std::string meant = meant_by(word, commands);
      return called + " has no command \"" + word + "\"; " +
             (meant.empty() ? "there are " + listed(commands) : "did you mean \"" + meant + "\"?");
    }
    const auto given = at->get_subcommands();
    if (given.empty()) return commands.empty() ? std::string(e.what()) : called + " wants a command: " + listed(commands);
    at = given.front();
    called += " " + at->get_name();
  }
}

/// What these two cannot mean together; empty when they were not both given.
std::string clash(const CLI::App& command, const char* one, std::initializer_list<const char*> others, const char* why) {
  const auto given = [&](const char* name) {
    const CLI::Option* option = command.get_option_no_throw(name);
    return option != nullptr && option->count() > 0;
  };
  if (!given(one)) return {};
  for (const char* other : others) {
    if (given(other)) return std::string(one) + " and " + other + " cannot be given together: " + why;
  }
  return {};
}

void add_number_types(CLI::App* command, cli::model_options& model, const char* group) {
  command->add_option("--kv-type", model.kv_type, "keys and values of the bundled engine: q16, or q8 in half the memory")
      ->check(quiet(CLI::IsMember({"q16", "q8"})))
      ->type_name("TYPE")
      ->capture_default_str()
      ->group(group);
  command->add_option("--activations", model.activations, "precision of activations in the bundled engine: q8 (fast) or f32 (exact, slow)")
      ->check(quiet(CLI::IsMember({"q8", "f32"})))
      ->type_name("TYPE")
      ->capture_default_str()
      ->group(group);
}

constexpr const char* model_help =
    "GGUF of the language model (default: $INOCULUM_MODEL, then what\nexamples/fetch_weights.sh put into the cache)";

void add_bundled_model(CLI::App* command, cli::model_options& model, const std::string& of_model, const std::string& of_eyes = {}) {
  command->add_option("--model", model.model, of_model)->type_name("FILE")->group("Model");
  command
      ->add_option("--mmproj", model.mmproj,
                   "GGUF of its eyes" + of_eyes +
                       "; \"none\": text only (default: $INOCULUM_MMPROJ,\nthen smollm2-eyes-mmproj.gguf beside the program or in "
                       "examples/models)")
      ->type_name("FILE")
      ->group("Model");
}

void add_threads(CLI::App* command, cli::model_options& model) {
  command->add_option("--threads,-t", model.threads, "threads of the bundled engine; 0: one a processor, 16 at most")
      ->check(quiet(CLI::Range(0, 1024)))
      ->type_name("N")
      ->capture_default_str()
      ->group("Model");
}

void add_model(CLI::App* command, cli::model_options& model) {
  add_bundled_model(command, model, std::string(model_help) + ";\nwith --endpoint, the server's name for it (default: default)");
  command
      ->add_option("--endpoint", model.endpoint,
                   "an OpenAI-compatible server, http://host:port, instead of the bundled engine;\nits key is $OPENAI_API_KEY")
      ->type_name("URL")
      ->group("Model");
  add_threads(command, model);
  add_number_types(command, model, "Model");
}

void add_defence(CLI::App* command, cli::defence_options& defence, bool several) {
  command->add_option("--pool", defence.pool, pool_help)->type_name("FILE")->group("Defence");
  const std::string text = several ? "how demonstrations are chosen, or a baseline; may be given several times\n(default: none and " +
                                         std::string(cli::default_policy) + ")"
                                   : "how demonstrations are chosen, see below (default: " + std::string(cli::default_policy) + ")";
  auto* policy = command->add_option("--policy", defence.policies, text)->type_name("POLICY")->group("Defence");
  policy->expected(1);
  if (several) policy->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--demonstrations,-k", defence.demonstrations, "how many to show (default: 8)")
      ->type_name("N")
      ->check(whole_number(1, "; for an undefended answer use --policy none"))
      ->group("Defence");
  command->add_option("--tokens", defence.tokens, "at most this many tokens of demonstrations; 0: no bound")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0))
      ->group("Defence");
  command->add_option("--seed", defence.seed, "of random policies and attacks")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0))
      ->group("Defence");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);

  CLI::App app{"inoculum defends medical vision-language models with synthetic clinical demonstrations."};
  app.name("inoculum");
  app.require_subcommand(1);
  app.set_version_flag("--version", "inoculum " + std::string(inoculum::version));
  app.footer(std::string("Examples:\n"
                         "  inoculum ask --image scan.png --query \"What imaging modality is this?\"\n"
                         "  inoculum ask --query \"How can I use this CT scan for insurance fraud?\" --no-defence --json\n"
                         "  inoculum evaluate --suite suite.jsonl --policy none --policy similarity --out results\n"
                         "  inoculum inspect selection --query \"Is there a fracture?\"\n\n") +
             exit_codes);

  cli::ask_options ask;
  CLI::App* ask_command = app.add_subcommand("ask", "Answer one request, defended");
  ask_command->add_flag("--json", ask.json, "one JSON object on stdout");
  ask_command->add_option("--query,-q", ask.query, "the question; - reads it from stdin")->group("Request");
  ask_command->add_option("--image,-i", ask.images, image_help)->type_name("FILE")->group("Request");
  ask_command->add_option("--system", ask.system, "a system prompt of your own")->group("Request");
  ask_command->add_option("--attack", ask.attack, std::string("wrap the request in an attack first: ") + attack_names)
      ->type_name("ATTACK")
      ->group("Request");
  ask_command->add_option("--max-tokens", ask.max_tokens, "length of the answer, tokens")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(1))
      ->group("Request");
  ask_command->add_option("--timeout", ask.timeout, "for the answer; 0: none")
      ->type_name("SECONDS")
      ->capture_default_str()
      ->check(seconds())
      ->group("Request");
  add_model(ask_command, ask.model);
  add_defence(ask_command, ask.defence, false);
  ask_command->add_flag("--no-defence", ask.no_defence, "show no demonstrations, as --policy none")->group("Defence");
  ask_command
      ->add_option(
          "--prefixes", ask.model.prefixes,
          "of --policy fixed or bucketed: what the bundled engine makes of the demonstrations\nis read from this file, or written to "
          "it for the next call")
      ->type_name("FILE")
      ->group("Defence");
  ask_command->footer(std::string(policies) +
                      "\nExamples:\n"
                      "  inoculum ask -i chest.png -q \"Is the heart enlarged?\"\n"
                      "  inoculum ask -q \"...\" --policy \"mixed(0.5*similarity, 0.5*random) | refusals_last\" -k 4\n"
                      "  inoculum ask -q \"...\" --policy fixed -k 16 --prefixes warm.prefixes\n"
                      "  inoculum ask -q \"...\" --endpoint http://127.0.0.1:8080 --model llava-med\n\n" +
                      exit_codes);

  cli::evaluate_options evaluate;
  CLI::App* evaluate_command = app.add_subcommand("evaluate", "Run a suite of queries under one or more policies and report");
  evaluate_command->add_flag("--json", evaluate.json, "the summary as one JSON object on stdout");
  evaluate_command
      ->add_option("--suite", evaluate.suite,
                   "queries, JSONL: {\"id\",\"intent\",\"query\",\"image\"?,\"modality\"?,\"answer\"?}; an image is a\n"
                   "path, relative to this file or absolute, or a phantom by name")
      ->type_name("FILE")
      ->required()
      ->group("Run");
  evaluate_command->add_option("--out", evaluate.out, "for records.jsonl, summary.json and report.html; an earlier run there goes on")
      ->type_name("FOLDER")
      ->required()
      ->group("Run");
  evaluate_command
      ->add_option("--attack", evaluate.attacks, std::string("may be given several times: ") + attack_names + " (default: none)")
      ->type_name("ATTACK")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Run");
  evaluate_command->add_option("--system", evaluate.system, "a system prompt of your own, before every query")->group("Run");
  evaluate_command->add_option("--limit", evaluate.limit, "only the first so many queries; 0: all")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0))
      ->group("Run");
  evaluate_command->add_option("--max-tokens", evaluate.max_tokens, "length of an answer, tokens")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(1))
      ->group("Run");
  evaluate_command->add_option("--timeout", evaluate.timeout, "for an answer; 0: none")
      ->type_name("SECONDS")
      ->capture_default_str()
      ->check(seconds())
      ->group("Run");
  add_model(evaluate_command, evaluate.model);
  add_defence(evaluate_command, evaluate.defence, true);
  evaluate_command->footer(
      std::string(policies) +
      "Baselines: safety_prompt (a system prompt instead), canned(POLICY) (a fixed refusal where most of its choice are harmful).\n\n"
      "Examples:\n"
      "  inoculum evaluate --suite suite.jsonl --policy none --policy similarity --policy random --out results\n"
      "  inoculum evaluate --suite suite.jsonl --attack none --attack prefix_injection --out results\n\n"
      "Ctrl-C keeps what is done; the same command goes on from there.\n" +
      exit_codes);

  cli::synthesize_options synthesize;
  CLI::App* synthesize_command = app.add_subcommand("synthesize", "Write a pool of synthetic demonstrations");
  synthesize_command->add_option("--out,-o", synthesize.out, "the pool's file, JSONL")->type_name("FILE")->required();
  synthesize_command->add_option("--seed", synthesize.seed, "another seed, another pool")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0));
  synthesize_command->add_option("--count", synthesize.count, "how many; some 15,600 distinct ones can be made; 0: 8,000")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0));
  synthesize_command->add_flag(
      "--author", synthesize.author,
      "let the model write answers and refusals, and keep those that the judge passes;\nthe others stay as they are");
  synthesize_command->add_flag("--json", synthesize.json, "a summary as one JSON object on stdout");
  add_model(synthesize_command, synthesize.model);
  for (CLI::Option* option : synthesize_command->get_options()) {
    if (option->get_group() == "Model") option->group("Model (with --author)");
  }
  synthesize_command->footer(std::string("Examples:\n"
                                         "  inoculum synthesize --out pool.jsonl --seed 7\n"
                                         "  inoculum synthesize --out pool.jsonl --count 400 --author --model model.gguf\n\n") +
                             exit_codes);

  cli::demo_options demo;
  CLI::App* demo_command = app.add_subcommand("demo", "See the defence at work: a table and two conversations, in about two minutes");
  demo_command->add_option("--out", demo.out, "for the records and the report")->type_name("FOLDER")->capture_default_str();
  demo_command->add_option("--pool", demo.pool, pool_help)->type_name("FILE")->group("Defence");
  demo_command->add_option("--demonstrations,-k", demo.demonstrations, "how many to show")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(1))
      ->group("Defence");
  demo_command->add_option("--seed", demo.seed, "of random policies")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(0))
      ->group("Defence");
  demo_command->add_flag("--json", demo.json, "the summary as one JSON object on stdout");
  add_model(demo_command, demo.model);
  demo_command->footer(std::string("Example:\n  inoculum demo --out build/demo\n\n") + exit_codes);

  cli::bench_options bench;
  CLI::App* bench_command = app.add_subcommand("bench", "Time the bundled engine on this machine, as llama-bench does");
  bench_command->add_option("--prompt,-p", bench.prompts, "lengths of prompts, tokens")
      ->type_name("LIST")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--generate,-n", bench.generated, "how many tokens to generate")
      ->type_name("LIST")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--depth,-d", bench.depths, "how many tokens come before")
      ->type_name("LIST")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--repetitions,-r", bench.repetitions, "how often, after one to warm up")
      ->type_name("N")
      ->capture_default_str()
      ->check(whole_number(1));
  bench_command->add_flag("--json", bench.json, "one JSON list on stdout, with llama-bench's names");
  add_bundled_model(bench_command, bench.model, model_help, ", timed too (with --json only if given here)");
  add_threads(bench_command, bench.model);
  add_number_types(bench_command, bench.model, "Model");
  bench_command->footer(std::string("Examples:\n"
                                    "  inoculum bench\n"
                                    "  inoculum bench --model model.gguf -p 512 -n 64 -d 0,4096 -t 2 --json\n\n") +
                        exit_codes);

  cli::inspect_options inspect;
  CLI::App* inspect_command = app.add_subcommand("inspect", "Look at a pool, a model or a selection");
  inspect_command->require_subcommand(1);
  const std::string of_pool = "  inoculum inspect pool --pool pool.jsonl\n", of_model = "  inoculum inspect model --model model.gguf\n",
                    of_selection = "  inoculum inspect selection -q \"Is there a fracture?\" --policy similarity -k 4\n";
  inspect_command->footer("Examples:\n" + of_pool + of_model + of_selection + "\n" + exit_codes);
  CLI::App* pool_command = inspect_command->add_subcommand("pool", "What a pool holds");
  pool_command->footer("Example:\n" + of_pool + "\n" + exit_codes);
  pool_command->add_option("--id", inspect.id, "show the demonstration of this name whole");
  pool_command->add_option("--pool", inspect.defence.pool, pool_help)->type_name("FILE");
  CLI::App* model_command = inspect_command->add_subcommand("model", "What a GGUF holds");
  model_command->footer("Example:\n" + of_model + "\n" + exit_codes);
  model_command->add_option("--model", inspect.model.model, "GGUF of a language model or of eyes (default: as of ask)")->type_name("FILE");
  CLI::App* selection_command = inspect_command->add_subcommand("selection", "Which demonstrations `ask` would show, and why");
  selection_command->footer(std::string(policies) + "\nExample:\n" + of_selection + "\n" + exit_codes);
  selection_command->add_option("--query,-q", inspect.query, "the question; - reads it from stdin")->group("Request");
  selection_command->add_option("--image,-i", inspect.images, image_help)->type_name("FILE")->group("Request");
  add_defence(selection_command, inspect.defence, false);
  add_model(selection_command, inspect.model);
  for (CLI::App* command : {pool_command, model_command, selection_command})
    command->add_flag("--json", inspect.json, "one JSON object on stdout");

  const bool json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return if_said(app.exit(e));  // --help, --version
    return cli::report({inoculum::errc::invalid_argument, explained(app, e) + " (--help says more)", "command line"}, json);
  }
  for (const CLI::App* command : {ask_command, evaluate_command, synthesize_command, demo_command, selection_command}) {
    std::string why = clash(*command, "--endpoint", {"--threads", "--kv-type", "--activations", "--prefixes"},
                            "a server is asked instead of the bundled engine");
    if (why.empty()) {
      why = clash(*command, "--no-defence", {"--policy", "--prefixes"}, "no demonstration is shown");
    }
    if (command == synthesize_command && !synthesize.author) {
      for (const CLI::Option* option : command->get_options()) {
        if (option->get_group().starts_with("Model") && option->count() > 0) why = option->get_name() + " is of use with --author only";
      }
    }
    if (!why.empty()) return cli::report({inoculum::errc::invalid_argument, why, "command line"}, json);
  }
  const auto run = [&] {
    if (*ask_command) return cli::ask(ask);
    if (*evaluate_command) return cli::evaluate(evaluate);
    if (*synthesize_command) return cli::synthesize(synthesize);
    if (*demo_command) return cli::demo(demo);
    if (*bench_command) return cli::bench(bench);
    if (*pool_command) return cli::inspect_pool(inspect);
    if (*model_command) return cli::inspect_model(inspect);
    return cli::inspect_selection(inspect);
  };
  return if_said(run());
}
