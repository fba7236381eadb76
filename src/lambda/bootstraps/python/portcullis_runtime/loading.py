"""Finds and loads the user's handler: `folder/module.function`, or `package.module.function`."""

import importlib
import sys
import traceback

from .errors import RuntimeFault, is_own


def load_handler(name):
    """Raises RuntimeFault with one of AWS's types, or what the module itself raised."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise RuntimeFault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    module_name = module_name.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {module_name} as a handler module"
        raise RuntimeFault("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise RuntimeFault("Runtime.ImportModuleError", message, trace_of(error)) from None
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise RuntimeFault("Runtime.UserCodeSyntaxError", message, [place]) from None
    if not hasattr(module, function_name):
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise RuntimeFault("Runtime.HandlerNotFound", message)
    handler = getattr(module, function_name)
    if not callable(handler):
        message = f"Handler '{function_name}' on module '{module_name}' is not callable"
        raise RuntimeFault("Runtime.HandlerNotFound", message)
    return handler


def trace_of(error):
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_own(frame.filename)]
    return traceback.format_list(frames)
