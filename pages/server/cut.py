"""A connection that is cut ends where Streamlit reads from it, not where it writes."""

from starlette.types import Message, Send


def said_to_nobody(send: Send) -> Send:
    """send, but what a browser that is gone would have been told is lost without a word: its end is received all the same.

    Starlette would call the connection closed by us, and Streamlit, which still reads from it, then takes the end for a frame
    of text: two tracebacks in the log for each phone that leaves its room's network.
    """

    async def send_or_lose(answer: Message) -> None:
        try:
            await send(answer)
        except OSError:
            if answer["type"] != "websocket.send":
                raise

    return send_or_lose
