# SPDX-License-Identifier: Apache-2.0
# What the tests of the program share: running it, weights, pictures and servers made by hand.
import base64
import contextlib
import http.server
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib

if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
    sys.exit(f"usage: {sys.argv[0]} PROGRAM [CASE…]")
program = str(pathlib.Path(sys.argv[1]).resolve())
root = pathlib.Path(__file__).resolve().parents[2]
no_cache = tempfile.TemporaryDirectory(prefix="inoculum-no-cache-")
nowhere = "http://127.0.0.1:9"  # of cases that must fail before anything is sent

# ---- running it --------------------------------------------------------------------------------------


def command(*arguments):
    return [program, *map(str, arguments)]


def environment(**changes):
    """As ours, with None for what is to be unset. No key and no proxy: the tests' servers are their own. Nor our cache: what a
    machine has in it must change no test."""
    out = {k: v for k, v in os.environ.items() if k != "OPENAI_API_KEY" and not k.lower().endswith("_proxy")}
    out["INOCULUM_CACHE"] = no_cache.name
    if weights():
        out["INOCULUM_MODEL"] = weights()
    for name, value in changes.items():
        out.pop(name, None)
        if value is not None:
            out[name] = str(value)
    return out


def run(*arguments, seconds=120, said=None, **changes):
    """Never waits for longer: a hang is a failure. Bytes that are not UTF-8 are kept in the texts as surrogates."""
    return subprocess.run(command(*arguments), capture_output=True, input=said or "", timeout=seconds, env=environment(**changes),
                          encoding="utf-8", errors="surrogateescape")


def cached(name):
    """The path of what examples/fetch_weights.sh put into the cache; None when it is not there."""
    cache = os.environ.get("INOCULUM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME", ""), ".cache"), "inoculum")
    return os.path.join(cache, name) if os.path.exists(os.path.join(cache, name)) else None


def weights():
    """The path of SmolLM2's GGUF, found as tests/support/weights.hpp finds it; None when there is none."""
    named = os.environ.get("INOCULUM_MODEL")
    path = named or cached("SmolLM2-135M-Instruct.Q4_1.gguf")
    return path if path and os.path.isfile(path) else None


def needs_weights(name):
    """Skips the case, or the class of cases, where there are none."""
    if not weights():
        raise unittest.SkipTest(name + ": no weights (examples/fetch_weights.sh gets them)")


class Case(unittest.TestCase):
    """Each case has a folder of its own, `self.folder`, which goes with it."""

    longMessage = True
    maxDiff = 4000

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="inoculum-test-")
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def write_lines(self, name, *objects):
        return self.write(name, "".join((o if isinstance(o, str) else json.dumps(o)) + "\n" for o in objects))

    def succeeds(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def json_of(self, done, code=0):
        """The one object on stdout."""
        self.assertEqual(done.returncode, code, done.stderr)
        out, end = json.JSONDecoder().raw_decode(done.stdout)
        self.assertEqual(done.stdout[end:], "\n", "something follows the object")
        self.assertIsInstance(out, dict)
        return out

    def fails(self, done, code, *said):
        """One message, on stderr, with these words in it; nothing on stdout, and no trace of a crash."""
        self.assertEqual(done.returncode, code, done.stderr)
        for crash in ("terminate called", "what():", "Sanitizer", "Assertion", "Segmentation", "Traceback", "    #0"):
            self.assertNotIn(crash, done.stderr)
        self.assertLess(len(done.stderr), 2000)
        self.assertEqual(done.stderr.count("inoculum: "), 1, done.stderr)
        for words in said:
            self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")


class Result(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def main():
    """Runs the cases of the calling script; then what was skipped and their number, as tests/house/count_tests.py reads them."""
    runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, descriptions=False, resultclass=Result)
    done = unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[2:]], testRunner=runner, exit=False).result
    failed = len({getattr(case, "test_case", case).id() for case, _ in done.failures + done.errors})  # parts of a case are one case
    for reason in sorted({reason for _, reason in done.skipped}):
        print("SKIPPED " + reason)
    print(f"test cases: {done.passed} passed | {failed} failed", flush=True)
    sys.exit(1 if failed else 0)


# ---- pictures ----------------------------------------------------------------------------------------


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, rows, colour=2, depth=8, extra=b""):
    """`rows`: the samples of each row as bytes; colour as in PNG: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra +
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))


def small_png(value=90):
    return png(8, 8, [bytes([value, 0, 255 - value] * 8)] * 8)


def pixels_of(data):
    """The RGB triples of an 8-bit RGB PNG, whatever its filters."""
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    assert (depth, colour) == (8, 2), (depth, colour)
    packed, at = b"", 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        packed += data[at + 8:at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    raw, above, out = zlib.decompress(packed), bytearray(3 * width), []
    for y in range(height):
        start = y * (3 * width + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + 3 * width])
        for x in range(3 * width):
            a, b, c = (row[x - 3] if x >= 3 else 0), above[x], (above[x - 3] if x >= 3 else 0)
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        out += [tuple(row[x:x + 3]) for x in range(0, 3 * width, 3)]
        above = row
    return out


# ---- servers -----------------------------------------------------------------------------------------


def chat_answer(text="No fracture is seen."):
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 5}})


def stream_of(text="No fracture is seen."):
    words = [{"choices": [{"delta": {"content": w}}]} for w in text.split(" ")]
    for w in words[1:]:
        w["choices"][0]["delta"]["content"] = " " + w["choices"][0]["delta"]["content"]
    ended = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": len(words)}}
    return "".join(f"data: {json.dumps(o)}\n\n" for o in (*words, ended, usage)) + "data: [DONE]\n\n"


class Exchange(http.server.BaseHTTPRequestHandler):
    """One request to a scripted server; `say` answers it."""

    def say(self, body, status=200, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else body.encode()
        with contextlib.suppress(OSError):  # the program may hang up, and that is its right
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": len(body), "Connection": "close", **headers}.items():
                self.send_header(name.replace("_", "-"), str(value))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self):
        self.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(self.asked)
            number = len(self.server.requests) - 1
        self.server.script(self, number)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(script=lambda exchange, number: exchange.say(stream_of(), kind="text/event-stream")):
    """A server on a free port. `script(exchange, number)` runs for each request, in a thread of its own."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.daemon_threads, server.block_on_close = True, False
    server.script, server.requests, server.lock, server.over = script, [], threading.Lock(), threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def sent_pictures(asked):
    """The bytes of every picture in a request body."""
    parts = [p for m in asked["messages"] if isinstance(m["content"], list) for p in m["content"]]
    return [base64.b64decode(p["image_url"]["url"].partition("base64,")[2]) for p in parts if p["type"] == "image_url"]
