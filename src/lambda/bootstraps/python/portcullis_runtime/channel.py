"""
The process's end of the channel to the gateway, file descriptor 3: frames as in `frames.ts`.

    +----------------------+-----------+------------------+
    | length of body, u32  | type, u8  | body             |     numbers are little-endian
    +----------------------+-----------+------------------+
"""

import _thread
import json
import os
import signal
import struct
from resource import RUSAGE_SELF, getrusage

FD = 3
INVOKE, READY, LOG, TEXT, RESULT, ERROR = 2, 16, 17, 18, 19, 20
HEADER = struct.Struct("<IB")
ANSWER = struct.Struct("<IBI")
# CloudWatch's largest log event.
EVENT_LIMIT_CHARACTERS = 256 * 1024


class Channel:
    def __init__(self):
        self.request_id = None
        self._buffer = b""
        # Threads of the user print whenever they like; a frame must stay whole.
        self._lock = _thread.allocate_lock()
        # Counts invocations, as the gateway does: each answer says which it is for.
        self._number = 0
        self._limit = 0
        self._held = None

    def read_settings(self):
        settings = json.loads(self._read_frame()[1])
        self._limit = settings["responseLimitBytes"]
        return settings

    def ready(self):
        self._send(READY, b"")

    def next(self):
        """Blocks until there is an invocation: what is known of it, and the event's JSON text as bytes."""
        kind, body = self._read_frame()
        while kind != INVOKE:
            kind, body = self._read_frame()
        self._number = (self._number + 1) & 0xFFFFFFFF
        length = int.from_bytes(body[:2], "little")
        head = json.loads(body[2 : 2 + length])
        self.request_id = head["requestId"]
        trace = head.get("traceId")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        return head, body[2 + length :]

    def succeed(self, text):
        """Takes the answer, JSON text."""
        payload = text.encode("utf-8", "surrogatepass")
        if len(payload) > self._limit:
            message = f"Response payload size exceeded maximum allowed payload size ({self._limit} bytes)."
            self.fail({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})
        else:
            self._held = (RESULT, payload)

    def fail(self, error):
        self._held = (ERROR, json.dumps(error).encode())

    def flush(self):
        """Sends the answer, after everything that was printed before it."""
        kind, payload = self._held
        self._held = None
        peak_kb = getrusage(RUSAGE_SELF).ru_maxrss
        self._send(kind, ANSWER.pack(self._number, 0, peak_kb) + payload)

    def log(self, text):
        """One event of the log."""
        self._send(LOG, text[:EVENT_LIMIT_CHARACTERS].encode("utf-8", "replace"))

    def text(self, data):
        """Printed bytes that need not end where a line ends."""
        for at in range(0, len(data), EVENT_LIMIT_CHARACTERS):
            self._send(TEXT, data[at : at + EVENT_LIMIT_CHARACTERS])

    def _send(self, kind, body):
        data = memoryview(HEADER.pack(len(body), kind) + body)
        with self._lock:
            while data:
                data = data[os.write(FD, data) :]

    def _read_frame(self):
        while len(self._buffer) < HEADER.size:
            self._fill(65536)
        length, kind = HEADER.unpack_from(self._buffer)
        end = HEADER.size + length
        if len(self._buffer) < end:
            parts = [self._buffer]
            have = len(self._buffer)
            while have < end:
                parts.append(self._read(min(1 << 20, end - have)))
                have += len(parts[-1])
            self._buffer = b"".join(parts)
        body = self._buffer[HEADER.size : end]
        self._buffer = self._buffer[end:]
        return kind, body

    def _fill(self, count):
        self._buffer += self._read(count)

    def _read(self, count):
        data = os.read(FD, count)
        if not data:
            # The gateway is gone, or wants us gone: die before any of the user's code runs again.
            os.kill(os.getpid(), signal.SIGKILL)
        return data
