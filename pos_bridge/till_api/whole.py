"""What comes with a call is a whole message of the protocol, or is refused by a word of ours and never quoted.

Left to gRPC it would be told in Python's own text, under a status that says nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import DecodeError, Message

from pos_bridge import rpc
from pos_bridge.till_api.bounds import RefusedError, Why
from pos_bridge.till_api.calls import Context

_BROKEN = str(RefusedError(Why.UNFIT, "message"))
_Answer = Callable[[Message, Context], Awaitable[Message | None]]


class Whole(rpc.grpc.aio.ServerInterceptor):  # type: ignore[type-arg] # it has none when it runs
    """For all calls of a server."""

    async def intercept_service(
        self,
        continuation: "Callable[[rpc.grpc.HandlerCallDetails], Awaitable[rpc.grpc.RpcMethodHandler[Any, Any]]]",
        handler_call_details: rpc.grpc.HandlerCallDetails,
    ) -> "rpc.grpc.RpcMethodHandler[Any, Any]":
        handler: Any = await continuation(handler_call_details)
        if handler is None:  # no such call
            return None  # type: ignore[return-value] # its stub knows no such call
        if handler.response_streaming:
            made, answer = rpc.grpc.unary_stream_rpc_method_handler, handler.unary_stream
        else:
            made, answer = rpc.grpc.unary_unary_rpc_method_handler, handler.unary_unary
        return made(_answering(answer), _decoding(handler.request_deserializer), handler.response_serializer)


def _decoding(decode: Callable[[bytes], Message]) -> Callable[[bytes], Message | None]:
    def decoded(raw: bytes) -> Message | None:
        try:
            return decode(raw)
        except DecodeError:
            return None

    return decoded


def _answering(answer: _Answer) -> Callable[..., Any]:
    async def answered(request: Message | None, context: Context) -> Message | None:
        if request is not None:
            return await answer(request, context)
        context.set_code(rpc.grpc.StatusCode.INVALID_ARGUMENT)
        context.set_details(_BROKEN)
        return None

    return answered
