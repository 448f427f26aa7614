"""How what is made is signed, marked and labelled, as plain data."""

from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError


@dataclass(frozen=True, slots=True)
class ProvenanceOptions:
    """What every result of a process gets.

    It is signed unless `unsigned`: with `signing_certificate` (PEM, from the signer's up) and
    `signing_key`, or else with a certificate that says to be for development. `time_stamp_url` is
    an authority by RFC 3161 that is asked when something was signed; without it the clock of this
    machine tells. With a file `mark_key` frames carry a mark that nobody sees, of the scheme `mark`
    (`mark_scheme`), and with `label` one that everybody does.

    Raises:
        InvalidRequestError: one half of the pair is missing, or the options exclude each other.
    """

    unsigned: bool = False
    signing_certificate: Path | None = None
    signing_key: Path | None = None
    time_stamp_url: str = ""
    mark_key: Path | None = None
    label: str = ""
    mark: str = "luma"

    def __post_init__(self) -> None:
        if (self.signing_certificate is None) != (self.signing_key is None):
            raise InvalidRequestError("Signing needs both a certificate and a key; give both.")
        if self.unsigned and (self.signing_key is not None or self.time_stamp_url):
            raise InvalidRequestError(
                "Results are to be unsigned, and a key or a time stamp is named; leave one out."
            )
        if not self.label.isascii() or not self.label.isprintable() or len(self.label) > 40:
            raise InvalidRequestError(
                f"The label is '{self.label[:60]}'; give up to 40 letters, digits and signs of "
                "ASCII."
            )
