"""A certificate for who has none: made anew in each process, and it says what it is worth."""

import datetime
from dataclasses import dataclass
from typing import Final

DEVELOPMENT: Final = "MIMO Runtime development certificate"
_VALID: Final = datetime.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SigningPair:
    """PEM: the certificates from the signer's up, and the signer's key; `algorithm` as in C2PA."""

    certificates: bytes
    key: bytes
    algorithm: str = "es256"


def development_pair() -> SigningPair:
    """A certificate by which nobody stands, and its key.

    It shows whether a file has changed since, and not who has made it. C2PA wants one that another
    has signed, so there is an authority above it, whose key is lost at once.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    chain = [
        _certificate(DEVELOPMENT, key.public_key(), authority),
        _certificate(f"{DEVELOPMENT}: authority", authority.public_key(), authority),
    ]
    pem = serialization.Encoding.PEM
    private, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    certificates = b"".join(each.public_bytes(pem) for each in chain)
    return SigningPair(certificates, key.private_bytes(pem, private, plain))


def _certificate(name: str, public_key, authority):  # type: ignore[no-untyped-def]
    """A certificate of `public_key`, signed by `authority`, which may be its own."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    is_authority = public_key == authority.public_key()
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(f"{DEVELOPMENT}: authority"))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))  # clocks differ
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
            critical=False,
        )
    )
    if not is_authority:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(authority, hashes.SHA256())


def _name(common: str):  # type: ignore[no-untyped-def]
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "nobody in particular"),
        ]
    )


def _usage(is_authority: bool):  # type: ignore[no-untyped-def]
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
