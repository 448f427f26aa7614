"""A multipart form as it arrives: files go to disk, whatever their size, texts stay here."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from mimo_runtime.errors import InvalidRequestError, LimitExceededError, ProtocolError

MAX_TEXT_BYTES = 64 * 1024
MAX_PARTS = 64


@dataclass(slots=True)
class FilePart:
    """A file of a form, at `path`; `sha256` in hex once it is whole."""

    name: str
    file_name: str
    media_type: str
    path: Path
    sha256: str = ""


@dataclass(slots=True)
class Form:
    """What a form holds."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[FilePart] = field(default_factory=list)


class FormReader:
    """Takes the body of a request apart into `folder`; files of at most `max_bytes` together."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._left_bytes = max_bytes
        self._max_bytes = max_bytes
        self.form = Form()
        self._header = b""
        self._headers: dict[bytes, bytes] = {}
        self._text = bytearray()
        self._name = ""
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._parts = 0
        self._ended = False

    async def read(self, request: Request) -> Form:
        """The form of a request.

        Raises:
            InvalidRequestError: the body is no form.
            LimitExceededError: there is more in it than is accepted.
            ProtocolError: it was cut off.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise InvalidRequestError(
                "The body is no form; send multipart/form-data, or JSON that names assets."
            )
        try:
            parser = MultipartParser(options[b"boundary"], self._callbacks())
            async for data in request.stream():
                await asyncio.to_thread(parser.write, data)
        except FormParserError as error:
            raise InvalidRequestError(
                f"The form cannot be read: {error}; send multipart/form-data."
            ) from error
        finally:
            self.close()
        if not self._ended:
            raise ProtocolError("The form was cut off; send all of it.")
        return self.form

    def close(self) -> None:
        """Let go of what is open."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._add_header(data[start:end], b""),
            "on_header_value": lambda data, start, end: self._add_header(b"", data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": lambda data, start, end: self._add(data[start:end]),
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise LimitExceededError(f"The form has more than {MAX_PARTS} parts; send fewer.")
        self._headers, self._header, self._text = {}, b"", bytearray()

    def _add_header(self, name: bytes, value: bytes) -> None:
        self._header += name
        self._text += value

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = bytes(self._text)
        self._header, self._text = b"", bytearray()

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = _text(options.get(b"name", b""))
        if b"filename" not in options:
            return
        path = self._folder / secrets.token_hex(8)
        name = Path(_text(options[b"filename"])).name
        media_type = _text(self._headers.get(b"content-type", b""))
        self.form.files.append(FilePart(self._name, name, media_type, path))
        self._file, self._digest = path.open("wb"), hashlib.sha256()

    def _add(self, data: bytes) -> None:
        if self._file is None:
            self._text += data
            if len(self._text) > MAX_TEXT_BYTES:
                raise LimitExceededError(
                    f"The field '{self._name[:40]}' is longer than {MAX_TEXT_BYTES} bytes; send "
                    "less, or a file."
                )
            return
        self._left_bytes -= len(data)
        if self._left_bytes < 0:
            raise LimitExceededError(
                f"The files of the form are larger than {self._max_bytes} bytes together, the "
                "most this server accepts of you now; send smaller ones."
            )
        self._file.write(data)
        self._digest.update(data)

    def _end_part(self) -> None:
        if self._file is None:
            self.form.texts[self._name] = _text(bytes(self._text))
        else:
            self.form.files[-1].sha256 = self._digest.hexdigest()
            self.close()

    def _end(self) -> None:
        self._ended = True


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise InvalidRequestError("A field of the form is no UTF-8; send it so.") from None
