"""A client of NVIDIA's tritonclient, run as a program: ADDRESS CHARACTER DRIVING, then JSON.

A program of its own, since tritonclient brings protocol code that cannot be loaded beside ours.
"""

import asyncio
import json
import queue
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tritonclient.grpc as sync
import tritonclient.grpc.aio as aio

MODEL_PARAMETERS = {"steps": 1, "seed": 7, "guidance": 3.5}


def inputs_of(character: Path, driving: Path) -> list[Any]:
    inputs = []
    for name, path in (("character", character), ("driving", driving)):
        tensor = sync.InferInput(name, [1], "BYTES")
        tensor.set_data_from_numpy(np.array([path.read_bytes()], dtype=np.object_))
        inputs.append(tensor)
    return inputs


def is_final(result: Any) -> bool:
    return bool(result.get_response().parameters["triton_final_response"].bool_param)


def ask(address: str, inputs: list[Any]) -> dict[str, Any]:
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with sync.InferenceServerClient(address) as client:
        model = client.get_model_config(sys.argv[4]).config
        told = {
            "live": client.is_server_live(),
            "ready": client.is_server_ready() and client.is_model_ready(model.name),
            "server": client.get_server_metadata().name,
            "outputs": [each.name for each in client.get_model_metadata(model.name).outputs],
            "decoupled": model.model_transaction_policy.decoupled,
        }
        client.start_stream(lambda result, error: answers.put((result, error)))
        client.async_stream_infer(
            model.name,
            inputs,
            request_id="one",
            enable_empty_final_response=True,
            parameters=MODEL_PARAMETERS,
        )
        shapes = []
        while not is_final(result := good(*answers.get(timeout=300))):
            shapes.append(result.as_numpy("frames").shape)
        client.async_stream_infer(model.name, inputs, parameters={"steps": 0})
        _, error = answers.get(timeout=300)
        whole = client.infer(model.name, inputs, parameters=MODEL_PARAMETERS).as_numpy("frames")
        stats = client.get_inference_statistics(model.name).model_stats[0].inference_stats
        return told | {
            "shapes": shapes,
            "error": [error.status(), error.message()],
            "whole": [int(frame.mean()) for frame in whole],
            "counted": [stats.success.count, stats.fail.count],
        }


def good(result: Any, error: Any) -> Any:
    if error is not None:
        raise error
    return result


async def ask_aio(address: str, inputs: list[Any]) -> list[int]:
    """Means of the frames."""
    request = {"model_name": sys.argv[4], "inputs": inputs, "parameters": MODEL_PARAMETERS}

    async def requests() -> Any:
        yield request

    async with aio.InferenceServerClient(address) as client:
        assert await client.is_server_ready()
        answers = client.stream_infer(requests())
        return [int(good(*each).as_numpy("frames").mean()) async for each in answers]


if __name__ == "__main__":
    files = inputs_of(Path(sys.argv[2]), Path(sys.argv[3]))
    said = ask(sys.argv[1], files)
    said["means"] = asyncio.run(ask_aio(sys.argv[1], files))
    sys.stdout.write(json.dumps(said))
