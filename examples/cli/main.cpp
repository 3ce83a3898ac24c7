// SPDX-License-Identifier: Apache-2.0
// The `inoculum` program: its command line. Each command has a file of its own. Includes CLI11.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <inoculum/core/version.hpp>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>

#include "options.hpp"

namespace {

extern "C" void on_interrupt(int signal) {
  if (cli::interrupted.exchange(true)) std::_Exit(cli::exit_interrupted);  // a second Ctrl-C does not wait
  (void)signal;
}

constexpr const char* exit_codes =
    "Exit codes: 0 done; 1 failed; 2 the command line or a file it names is wrong; 3 the default weights are missing;\n"
    "            4 the server failed; 130 interrupted.";

constexpr const char* pool_help = "demonstrations, JSONL; without it the synthetic pool";

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

/// A full disk behind stdout must not pass for success.
int if_said(int code) {
  if (std::cout.flush() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fputs("inoculum: stdout: cannot be written\n", stderr);
  return code == cli::exit_ok ? static_cast<int>(cli::exit_failed) : code;
}

void add_number_types(CLI::App* command, cli::model_options& model, const char* group) {
  command->add_option("--kv-type", model.kv_type, "keys and values of the bundled engine: q16, or q8 in half the memory")
      ->check(CLI::IsMember({"q16", "q8"}))
      ->capture_default_str()
      ->group(group);
  command
      ->add_option("--activations", model.activations, "that meet quantised weights: q8, or f32, exact and slow, to see what rounding does")
      ->check(CLI::IsMember({"q8", "f32"}))
      ->capture_default_str()
      ->group(group);
}

void add_model(CLI::App* command, cli::model_options& model) {
  command->add_option("--model", model.model, "GGUF of the language model; with --endpoint, the server's name for it")->group("Model");
  command->add_option("--mmproj", model.mmproj, "GGUF of its eyes; \"none\" for text only")->group("Model");
  command->add_option("--endpoint", model.endpoint, "an OpenAI-compatible server, http://host:port (key: $OPENAI_API_KEY)")->group("Model");
  command->add_option("--threads,-t", model.threads, "threads of the bundled engine; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->group("Model");
  add_number_types(command, model, "Model");
}

void add_defence(CLI::App* command, cli::defence_options& defence, bool several) {
  command->add_option("--pool", defence.pool, pool_help)->group("Defence");
  const std::string text = several ? "a policy, may be given several times; \"none\" is undefended" : "how demonstrations are chosen";
  auto* policy = command->add_option("--policy", defence.policies, text + " (default here: " + cli::default_policy + ")")->group("Defence");
  policy->expected(1);
  if (several) policy->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--demonstrations,-k", defence.demonstrations, "how many to show (default: 8)")
      ->check(whole_number(1, "; for an undefended answer use --policy none"))
      ->group("Defence");
  command->add_option("--tokens", defence.tokens, "at most this many tokens of demonstrations; 0: no bound")
      ->capture_default_str()
      ->check(whole_number(0))
      ->group("Defence");
  command->add_option("--seed", defence.seed, "of random policies and attacks")
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
  ask_command->add_option("--query,-q", ask.query, "the question; - reads it from stdin");
  ask_command->add_option("--image,-i", ask.images, "a PNG or JPEG picture; may be given several times");
  ask_command->add_option("--system", ask.system, "a system prompt of your own");
  ask_command->add_option("--attack", ask.attack,
                          "wrap the request in an attack first: prefix_injection, role_play, typographic, wrapper(FILE)");
  ask_command->add_option("--max-tokens", ask.max_tokens, "length of the answer")->capture_default_str()->check(whole_number(1));
  ask_command->add_option("--timeout", ask.timeout, "seconds; 0: none")->capture_default_str()->check(seconds());
  ask_command->add_flag("--no-defence", ask.no_defence, "show no demonstrations");
  ask_command->add_flag("--json", ask.json, "one JSON object on stdout");
  add_model(ask_command, ask.model);
  add_defence(ask_command, ask.defence, false);
  ask_command->footer(std::string("Examples:\n"
                                  "  inoculum ask -i chest.png -q \"Is the heart enlarged?\"\n"
                                  "  inoculum ask -q \"...\" --policy \"mixed(0.5*similarity, 0.5*random) | refusals_last\" -k 4\n"
                                  "  inoculum ask -q \"...\" --endpoint http://127.0.0.1:8080 --model llava-med\n\n") +
                      exit_codes);

  cli::evaluate_options evaluate;
  CLI::App* evaluate_command = app.add_subcommand("evaluate", "Run a suite of queries under one or more policies and report");
  evaluate_command
      ->add_option("--suite", evaluate.suite,
                   "queries, JSONL: {\"id\",\"intent\",\"query\",\"image\"?,\"modality\"?,\"answer\"?}; an image is a path, relative to "
                   "this file or\n"
                   "absolute, or a phantom by name")
      ->required();
  evaluate_command
      ->add_option("--out", evaluate.out, "folder for records.jsonl, summary.json and report.html; an earlier run there goes on")
      ->required();
  evaluate_command
      ->add_option("--attack", evaluate.attacks,
                   "an attack, may be given several times: none, prefix_injection, role_play, typographic, wrapper(FILE)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  evaluate_command->add_option("--system", evaluate.system, "a system prompt of your own, before every query");
  evaluate_command->add_option("--limit", evaluate.limit, "only the first so many queries; 0: all")
      ->capture_default_str()
      ->check(whole_number(0));
  evaluate_command->add_option("--max-tokens", evaluate.max_tokens, "length of an answer")->capture_default_str()->check(whole_number(1));
  evaluate_command->add_option("--timeout", evaluate.timeout, "seconds for an answer; 0: none")->capture_default_str()->check(seconds());
  evaluate_command->add_flag("--json", evaluate.json, "the summary as one JSON object on stdout");
  add_model(evaluate_command, evaluate.model);
  add_defence(evaluate_command, evaluate.defence, true);
  evaluate_command->footer(
      std::string("Examples:\n"
                  "  inoculum evaluate --suite suite.jsonl --policy none --policy similarity --policy random --out results\n"
                  "  inoculum evaluate --suite suite.jsonl --attack none --attack prefix_injection --out results\n\n"
                  "Ctrl-C keeps what is done; the same command goes on from there.\n") +
      exit_codes);

  cli::synthesize_options synthesize;
  CLI::App* synthesize_command = app.add_subcommand("synthesize", "Write a pool of synthetic demonstrations");
  synthesize_command->add_option("--out,-o", synthesize.out, "the pool's file, JSONL")->required();
  synthesize_command->add_option("--seed", synthesize.seed, "another seed, another pool")->capture_default_str()->check(whole_number(0));
  synthesize_command->add_option("--count", synthesize.count, "how many at most; 0: all that are distinct")
      ->capture_default_str()
      ->check(whole_number(0));
  synthesize_command->add_flag(
      "--author", synthesize.author,
      "let the model write answers and refusals, and keep those that the judge passes; the others stay as they are");
  synthesize_command->add_flag("--json", synthesize.json, "a summary as one JSON object on stdout");
  add_model(synthesize_command, synthesize.model);
  synthesize_command->footer(std::string("Example:\n  inoculum synthesize --out pool.jsonl --seed 7\n\n") + exit_codes);

  cli::demo_options demo;
  CLI::App* demo_command = app.add_subcommand("demo", "See the defence at work: a table and two conversations, in about two minutes");
  demo_command->add_option("--out", demo.out, "folder for the records and the report")->capture_default_str();
  demo_command->add_option("--pool", demo.pool, pool_help)->group("Defence");
  demo_command->add_option("--demonstrations,-k", demo.demonstrations, "how many to show")
      ->capture_default_str()
      ->check(whole_number(1))
      ->group("Defence");
  demo_command->add_option("--seed", demo.seed, "of random policies")->capture_default_str()->check(whole_number(0))->group("Defence");
  demo_command->add_flag("--json", demo.json, "the summary as one JSON object on stdout");
  add_model(demo_command, demo.model);
  demo_command->footer(std::string("Example:\n  inoculum demo --out build/demo\n\n") + exit_codes);

  cli::bench_options bench;
  CLI::App* bench_command = app.add_subcommand("bench", "Time the bundled engine on this machine, as llama-bench does");
  bench_command->add_option("--prompt,-p", bench.prompts, "lengths of prompts, tokens")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--generate,-n", bench.generated, "how many tokens to generate")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--depth,-d", bench.depths, "how many tokens come before")
      ->delimiter(',')
      ->capture_default_str()
      ->check(whole_number(0));
  bench_command->add_option("--repetitions,-r", bench.repetitions, "how often, after one to warm up")
      ->capture_default_str()
      ->check(whole_number(1));
  bench_command->add_flag("--json", bench.json, "one JSON list on stdout, with llama-bench's names");
  bench_command->add_option("--model", bench.model.model, "GGUF of the language model");
  bench_command->add_option("--mmproj", bench.model.mmproj,
                            "GGUF of its eyes, timed too (with --json only if given here); \"none\" for text only");
  bench_command->add_option("--threads,-t", bench.model.threads, "0: one a processor")->check(CLI::Range(0, 1024));
  add_number_types(bench_command, bench.model, "Options");
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
  pool_command->add_option("--id", inspect.id, "show this demonstration whole");
  pool_command->add_option("--pool", inspect.defence.pool, pool_help);
  CLI::App* model_command = inspect_command->add_subcommand("model", "What a GGUF holds");
  model_command->footer("Example:\n" + of_model + "\n" + exit_codes);
  model_command->add_option("--model", inspect.model.model, "GGUF of a language model or of eyes");
  CLI::App* selection_command = inspect_command->add_subcommand("selection", "Which demonstrations `ask` would show, and why");
  selection_command->footer("Example:\n" + of_selection + "\n" + exit_codes);
  selection_command->add_option("--query,-q", inspect.query, "the question; - reads it from stdin");
  selection_command->add_option("--image,-i", inspect.images, "a PNG or JPEG picture; may be given several times");
  add_defence(selection_command, inspect.defence, false);
  add_model(selection_command, inspect.model);
  for (CLI::App* command : {pool_command, model_command, selection_command})
    command->add_flag("--json", inspect.json, "one JSON object on stdout");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return if_said(app.exit(e));  // --help, --version
    const bool json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
    return cli::report({inoculum::errc::invalid_argument, std::string(e.what()) + " (--help says more)", "command line"}, json);
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
