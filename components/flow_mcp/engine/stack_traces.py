"""Keep the Pulumi program's stack traces out of the state.

Pulumi's Python SDK sends the program's whole call stack with each resource, and the engine writes it to the
state. For the component's resources this is a third of the state, and it names directories of the machine.
The SDK has no option against it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

_NAME = "_get_stack_trace"


@contextmanager
def no_stack_traces() -> Iterator[None]:
    """Register the resources of this block without a stack trace and without a source position.

    The block replaces a private function of Pulumi's Python SDK (`pulumi.runtime.resource`). With a version
    of the SDK that lacks the function, the block has no effect; a test of the engine notices that.
    """
    original = getattr(resource, _NAME, None)
    if original is None:
        yield
        return
    setattr(resource, _NAME, source_pb2.StackTrace)
    try:
        yield
    finally:
        setattr(resource, _NAME, original)
