"""
The `context` argument of a handler.
See https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

import json
import time


class Context:
    def __init__(self, settings, head):
        self.aws_request_id = head["requestId"]
        self.log_group_name = settings["logGroup"]
        self.log_stream_name = settings["logStream"]
        self.function_name = settings["name"]
        self.memory_limit_in_mb = settings["memory"]
        self.function_version = settings["version"]
        self.invoked_function_arn = head.get("invokedArn") or settings["arn"]
        self.tenant_id = None
        self.client_context = read_client_context(head.get("clientContext"))
        self.identity = CognitoIdentity(json.loads(head.get("identity") or "{}"))
        self._deadline = time.monotonic() + settings["timeoutMs"] / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message):
        print(message, end="")

    def __repr__(self):
        shown = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return f"LambdaContext([{','.join(f'{name}={value}' for name, value in shown.items())}])"


class CognitoIdentity:
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")


class Client:
    __slots__ = ["installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"]

    def __init__(self, given):
        for name in self.__slots__:
            setattr(self, name, given.get(name))


class ClientContext:
    __slots__ = ["custom", "env", "client"]

    def __init__(self, given):
        self.custom = given.get("custom")
        self.env = given.get("env")
        client = given.get("client")
        self.client = Client(client) if isinstance(client, dict) else None


def read_client_context(text):
    given = json.loads(text) if text else None
    return ClientContext(given) if isinstance(given, dict) else None
