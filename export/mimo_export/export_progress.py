"""What an export tells of its progress: what is done now, and the bytes of weights done."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

OnProgress = Callable[[str, int, int], None]

# Share of its network's bytes that a component reads; of what is not named here, all.
_NETWORKS = {
    "image_encoder": ("image_encoder", 1.0),
    "vae_encoder": ("vae", 0.4),
    "vae_decoder": ("vae", 0.6),
    "reference": ("reference_net", 1.0),
    "identity": ("denoiser", 0.04),
    "condition": ("pose_guider", 1.0),
    "time_embedding": ("denoiser", 0.02),
    "denoiser": ("denoiser", 1.0),
    "denoiser_unguided": ("denoiser", 1.0),
}
_TRACING_SHARE = 0.5  # of a component's time, before its weights are written


class ExportProgress:
    """Weighs components by the bytes of their weights; `graphs` counts those of each."""

    def __init__(
        self, sizes_bytes: Mapping[str, int], graphs: Mapping[str, int], on_progress: OnProgress
    ) -> None:
        self._bytes = {
            part: int(sizes_bytes[network] * share) for part, (network, share) in _NETWORKS.items()
        }
        self._total_bytes = sum(self._bytes[part] * count for part, count in graphs.items())
        self._done_bytes = 0
        self._show = on_progress

    @contextlib.contextmanager
    def component(self, part: str, name: str) -> Iterator[Callable[[int], None]]:
        """One graph: first it is traced, then its weights are written, told to what is yielded."""
        whole = self._bytes[part]
        traced = int(whole * _TRACING_SHARE)
        self.tell(f"tracing {name}")

        def written(size_bytes: int) -> None:
            share = min(size_bytes / max(whole, 1), 1.0)
            self._show(
                f"writing {name}",
                self._done_bytes + traced + int(share * (whole - traced)),
                self._total_bytes,
            )

        yield written
        self._done_bytes += whole

    def tell(self, doing: str) -> None:
        """What is begun now."""
        self._show(doing, self._done_bytes, self._total_bytes)
