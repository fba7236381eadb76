"""
The program inside every Python environment: takes the settings, loads the user's handler, then answers one
invocation after another until its gateway hangs up. Behaves as AWS's runtime client for Python does, seen from
the handler, from the caller and in the log.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
"""

import sys

from portcullis_runtime.channel import Channel
from portcullis_runtime.context import Context
from portcullis_runtime.errors import RuntimeFault, describe, describe_fault
from portcullis_runtime.loading import load_handler
from portcullis_runtime.logs import capture_output, error_event, set_up_logging
from portcullis_runtime.values import from_json, to_json


def main():
    channel = Channel()
    settings = channel.read_settings()
    # In place of the folder of this file: the user's modules must not find ours.
    sys.path[0] = settings["folder"]
    sys.argv = [settings["handler"]]
    flush = capture_output(channel)
    set_up_logging(channel, settings)
    try:
        handler = load_handler(settings["handler"])
    except RuntimeFault as fault:
        refuse(channel, flush, describe_fault(fault, ""), settings)
    except Exception as error:
        refuse(channel, flush, describe(error, ""), settings)
    flush()
    channel.ready()
    while True:
        head, event = channel.next()
        answer(channel, handler, Context(settings, head), event, settings)
        flush()
        channel.flush()


def refuse(channel, flush, error, settings):
    log_error(channel, error, settings)
    flush()
    channel.fail(error)
    channel.flush()
    sys.exit(1)


def answer(channel, handler, context, event, settings):
    """Whatever else ends the process (sys.exit, a crash) is the gateway's to tell the caller of."""
    try:
        result = handler(from_json(event), context)
        text = to_json(result, settings["runtimeMinor"])
    except RuntimeFault as fault:
        error = describe_fault(fault, context.aws_request_id)
    except Exception as thrown:
        error = describe(thrown, context.aws_request_id)
    else:
        channel.succeed(text)
        return
    log_error(channel, error, settings)
    channel.fail(error)


def log_error(channel, error, settings):
    level = settings.get("logLevel")
    if level != "FATAL":
        channel.log(error_event(error, level is not None))


if __name__ == "__main__":
    main()
