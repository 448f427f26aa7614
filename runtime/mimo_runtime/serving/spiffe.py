"""Who a client is by its certificate: the SPIFFE ID in it, where an authority vouches for it.

https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

SCOPE: Final = "mimo.spiffe_id"  # in the scope of an ASGI request
_PEER: Final = "peer_spiffe_id"  # what gRPC calls it, which checks as `spiffe_id` does
_ID: Final = re.compile(r"spiffe://[a-z0-9._-]{1,255}(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)*")
_LONGEST: Final = 2048


def spiffe_id(uris: Iterable[str]) -> str:
    """The SPIFFE ID among the URIs of a certificate, which may be its only one; "" for none."""
    found = list(uris)
    is_one = len(found) == 1 and len(found[0]) <= _LONGEST and _ID.fullmatch(found[0])
    return found[0] if is_one else ""


def peer_spiffe_id(authentication: Mapping[str, Iterable[bytes]]) -> str:
    """The same of a gRPC call, by its `auth_context`."""
    return spiffe_id(each.decode() for each in authentication.get(_PEER, ()))


def transport_spiffe_id(transport: Any) -> str:
    """The same of a connection of asyncio; "" without TLS, or where none was asked for."""
    connection = transport.get_extra_info("ssl_object")
    certificate = (connection.getpeercert() if connection else None) or {}
    names = certificate.get("subjectAltName", ())
    return spiffe_id(value for kind, value in names if kind == "URI")
