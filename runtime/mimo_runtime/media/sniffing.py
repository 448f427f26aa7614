"""Telling what a file is by its first bytes."""

import importlib.util

from mimo_runtime.errors import MediaError

SNIFF_BYTES = 4096

_BOX_TYPES = {b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip"}
_TS_SYNC = b"\x47"
_TS_STRIDES = (188, 192, 204)  # ISO/IEC 13818-1, 2.4.3; M2TS; DVB with Reed-Solomon code
_TS_PACKETS = 3
_AVIF_BRANDS = (b"avif", b"avis")
_STILL_BRANDS = (b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1")  # sequences have others
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_MAX_FTYP_BYTES = 256
_WEBP_ANIMATION = 2  # a flag of its extended header
_GIF_LOOP = b"NETSCAPE2.0"
_H264_NAL_HEADERS = {0x06, 0x09, 0x27, 0x47, 0x67}  # SEI, access unit delimiter, parameter set
_HEVC_NAL_HEADERS = {0x40, 0x42, 0x46, 0x4E}  # video and sequence parameter set, delimiter, SEI
_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # the latter two beyond 4 GiB (BigTIFF)


def sniff_clip(head: bytes, name: str) -> str:
    """The container's name for FFmpeg: mp4, matroska, avi, mpegts, ivf, h264 or hevc.

    Nothing else is accepted, above all no text: playlists and scripts (m3u8, ffconcat) make a
    decoder open other files.

    Raises:
        MediaError: the file is of another kind.
    """
    if is_still(head):
        raise MediaError(
            f"'{name}' is a picture (HEIC or AVIF) and no video; give one with moving pictures."
        )
    if head[4:8] in _BOX_TYPES:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith(b"DKIF"):
        return "ivf"
    if _is_transport_stream(head):
        return "mpegts"
    raw = _sniff_raw(head)
    if raw:
        return raw
    raise MediaError(
        f"'{name}' is not a video of an accepted kind; "
        "accepted are MP4/MOV, Matroska/WebM, AVI, MPEG-TS, IVF and raw H.264 or HEVC; convert "
        "others, such as WMV or GIF, to MP4 first."
    )


def is_still(head: bytes) -> bool:
    """Whether a file that begins with `head` is one picture in boxes like those of MP4."""
    return head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS


def sniff_sound(head: bytes, name: str) -> str:
    """The container's name for FFmpeg of a sound file, or of a video that is heard.

    Raises MediaError where the file is of another kind.
    """
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"OggS"):
        return "ogg"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] > b"\xe0"):
        return "mp3"
    try:
        return sniff_clip(head, name)
    except MediaError:
        raise MediaError(
            f"'{name}' is no sound of an accepted kind; accepted are WAV, AIFF, FLAC, Ogg, MP3, "
            "M4A, and videos; convert others to WAV first."
        ) from None


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes, with a time code before (Blu-ray, AVCHD) or check bytes behind (DVB).

    A capture may begin in the middle of a packet.
    """
    return any(
        head[offset::stride][:_TS_PACKETS] == _TS_SYNC * _TS_PACKETS
        for stride in _TS_STRIDES
        for offset in range(stride)
    )


def _sniff_raw(head: bytes) -> str | None:
    start = head.find(b"\x00\x00\x01", 0, 4)
    if start not in (0, 1) or head[0] != 0 or len(head) < 8:
        return None
    nal_header = head[start + 3]
    if nal_header in _H264_NAL_HEADERS:
        return "h264"
    return "hevc" if nal_header in _HEVC_NAL_HEADERS else None


def sniff_picture(data: bytes, name: str) -> str:
    """The picture's format as Pillow names it: PNG, JPEG, WEBP, AVIF, HEIF, BMP, GIF or TIFF.

    Raises:
        MediaError: it is of another kind, or of one for which a library is missing.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM"):
        return "BMP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:4] in _TIFF:
        return "TIFF"
    if data[4:8] == b"ftyp":
        brands = data[8 : min(int.from_bytes(data[:4], "big"), _MAX_FTYP_BYTES)]
        if any(brand in brands for brand in _AVIF_BRANDS):
            return "AVIF"
        if any(brand in brands for brand in _HEIC_BRANDS):
            _require_heif(name)
            return "HEIF"
    raise MediaError(
        f"'{name}' is not a picture of an accepted kind; accepted are PNG, JPEG, WebP, AVIF, BMP, "
        "GIF and TIFF; save it as one of them."
    )


def is_animated(head: bytes) -> bool:
    """Whether a picture that begins with `head` is an animation: GIF, APNG, WebP or AVIF."""
    is_webp = head[8:16] == b"WEBPVP8X" and bool(head[20] & _WEBP_ANIMATION)
    is_gif = head.startswith(b"GIF89a") and _GIF_LOOP in head
    is_apng = head.startswith(b"\x89PNG") and b"acTL" in head
    return is_webp or is_gif or is_apng or head[4:12] == b"ftypavis"


def _require_heif(name: str) -> None:
    if importlib.util.find_spec("pi_heif") is None:
        raise MediaError(
            f"'{name}' is a HEIC picture, which needs the library pi-heif; install it with 'pip "
            "install pi-heif', or save the picture as JPEG or PNG (an iPhone takes JPEG with "
            "Settings, Camera, Formats, Most Compatible)."
        )
