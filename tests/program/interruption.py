# SPDX-License-Identifier: Apache-2.0
# Evaluations that are stopped, killed, cut off and gone on with: nothing is lost, nothing is recorded twice.
import collections
import json
import random
import signal
import subprocess
import time

from program import Case, command, environment, main, run, serve, stream_of

answer_seconds = 0.2
queries = [{"id": f"q{n}", "intent": "benign" if n % 2 else "harmful", "query": f"Question {n}?"} for n in range(8)]
policies = ("none", "random")
attacks = ("none", "prefix_injection")
expected = {(q["id"], p, a) for q in queries for p in policies for a in attacks if a == "none" or q["intent"] == "harmful"}  # 24


def slowly(exchange, _):
    exchange.server.over.wait(exchange.server.seconds)
    exchange.say(stream_of(), kind="text/event-stream")


class Interruption(Case):
    def setUp(self):
        super().setUp()
        self.pool = self.write_lines("pool.jsonl", {"inoculum_pool": 1}, *(
            {"id": f"d{n}", "intent": "benign", "modality": "ct", "query": f"Is this number {n}?", "response": "Yes."} for n in range(4)))
        self.suite = self.write_lines("suite.jsonl", *queries)
        self.out = self.folder / "out"
        serving = serve(slowly)
        self.server = serving.__enter__()
        self.addCleanup(serving.__exit__, None, None, None)
        self.server.seconds = answer_seconds

    def words(self, *more):
        out = ["evaluate", "--suite", self.suite, "--pool", self.pool, "-k", 2, "--out", self.out, "--endpoint", self.server.url]
        for name, values in (("--policy", policies), ("--attack", attacks)):
            for value in values:
                out += [name, value]
        return [*out, *more]

    def start(self):
        return subprocess.Popen(command(*self.words()), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())

    def wait_for(self, number):
        """Until that many questions have been asked; the one before the last is on the disk then."""
        until = time.monotonic() + 30
        while len(self.server.requests) < number:
            self.assertLess(time.monotonic(), until, "the program asks nothing")
            time.sleep(0.01)

    def records(self):
        text = (self.out / "records.jsonl").read_text()
        self.assertTrue(text.endswith("\n") or not text, "the last line is cut")
        return [json.loads(line) for line in text.splitlines()]

    def check_whole(self, sums):
        counts = collections.Counter((r["id"], r["policy"], r["attack"]) for r in self.records())
        self.assertEqual(set(counts), expected)
        self.assertEqual(set(counts.values()), {1})
        self.assertEqual(json.loads((self.out / "summary.json").read_text()), sums)
        self.assertEqual((sums["records"], sums["repeated"], sums["complete"]), (len(expected), 0, True))
        for cell in sums["cells"]:
            of_cell = [r for r in self.records() if (r["policy"], r["attack"]) == (cell["policy"], cell["attack"])]
            self.assertEqual(cell["n"], len(of_cell))
            for intent in ("harmful", "benign"):
                self.assertEqual(cell[intent]["n"], sum(r["intent"] == intent for r in of_cell))

    def finish(self):
        self.server.seconds = 0
        return self.json_of(run(*self.words("--json")))

    def test_ctrl_c(self):
        with self.start() as running:
            self.wait_for(4)
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=10)
        self.assertEqual(running.returncode, 130, err)
        self.assertIn(b"the same command goes on from there", err)
        self.assertIn(b"none", out)  # what is done is summed up
        kept = self.records()
        self.assertGreaterEqual(len(kept), 3)
        self.assertLess(len(kept), len(expected))
        sums = json.loads((self.out / "summary.json").read_text())
        self.assertEqual((sums["records"], sums["complete"]), (len(kept), False))
        asked = len(self.server.requests)
        self.check_whole(self.finish())
        self.assertEqual(self.records()[:len(kept)], kept)
        self.assertEqual(len(self.server.requests) - asked, len(expected) - len(kept))

    def test_ctrl_c_in_json(self):
        running = subprocess.Popen(command(*self.words("--json")), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        with running:
            self.wait_for(2)
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=10)
        self.assertEqual((running.returncode, json.loads(out)["complete"]), (130, False))

    def test_kill_three_times(self):
        chance = random.Random(11)
        for _ in range(3):
            before = len(self.server.requests)
            with self.start() as running:
                self.wait_for(before + 2)
                time.sleep(chance.uniform(0, 3 * answer_seconds))
                running.kill()
                running.communicate(timeout=10)
            self.assertEqual(running.returncode, -signal.SIGKILL)
        self.assertLess(len((self.out / "records.jsonl").read_text().splitlines()), len(expected))
        self.check_whole(self.finish())

    def test_a_last_line_that_was_cut(self):
        self.check_whole(self.finish())
        path = self.out / "records.jsonl"
        whole = path.read_bytes()
        lines = whole.splitlines(keepends=True)
        for left in (1, len(lines[-1]) // 2, len(lines[-1]) - 1):  # the last: only its newline is missing
            asked = len(self.server.requests)
            path.write_bytes(b"".join(lines[:-1]) + lines[-1][:left])
            self.check_whole(self.finish())
            self.assertEqual(len(self.server.requests), asked + 1)
            self.assertTrue(path.read_bytes().startswith(b"".join(lines[:-1])))

    def test_a_full_disk(self):
        """A limit on the size of files stands in for the end of the disk."""
        self.server.seconds = 0
        limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh", *command(*self.words())]  # 512 bytes each
        done = subprocess.run(limited, capture_output=True, text=True, timeout=60, env=environment())
        self.fails(done, 1, "records.jsonl", "cannot append: File too large")
        kept = self.records()
        self.assertLess(len(kept), len(expected))
        self.assertEqual(len(self.server.requests), len(kept) + 1)
        self.check_whole(self.finish())
        self.assertEqual(self.records()[:len(kept)], kept)

    def test_a_line_in_the_middle_that_was_cut(self):
        """No crash of ours leaves that, so it is an error and nothing is changed."""
        self.finish()
        path = self.out / "records.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        damaged = b"".join([lines[0], lines[1][:50], b"\n", *lines[2:]])
        path.write_bytes(damaged)
        self.fails(run(*self.words()), 2, "records.jsonl:2", "invalid JSON")
        self.assertEqual(path.read_bytes(), damaged)

    def test_other_options_in_the_same_folder(self):
        """docs/evaluation.md: the key of a record says what is asked anew; all that is in the folder is summed up."""
        self.check_whole(self.finish())
        first, asked = self.records(), len(self.server.requests)
        for more, anew in ((["--seed", 5], len(expected)), (["-k", 3], len(expected) // 2), (["--model", "other"], len(expected)),
                           (["--max-tokens", 7], len(expected)), (["--tokens", 700], len(expected) // 2),
                           (["--limit", 1], 0)):
            words = [w for w in self.words("--json") if w not in ("-k", 2)] if "-k" in more else self.words("--json")
            sums = self.json_of(run(*words, *more))
            self.assertEqual(len(self.server.requests), asked + anew, more)
            asked += anew
            self.assertEqual((sums["records"], sums["repeated"]), (asked, 0))
        self.assertEqual(self.records()[:len(first)], first)

    def test_two_at_once(self):
        with self.start() as running:
            self.wait_for(2)
            self.fails(run(*self.words()), 2, "records.jsonl", "another program")
            self.server.seconds = 0
            running.communicate(timeout=30)
        self.assertEqual(running.returncode, 0)
        self.check_whole(self.finish())


if __name__ == "__main__":
    main()
