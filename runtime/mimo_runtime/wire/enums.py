"""The enums of the wire and the words of the runtime that they stand for."""

from collections.abc import Mapping
from typing import TypeVar

from mimo.v1 import jobs_pb2
from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.wire.driving import DrivenPerson, DrivingCodec
from mimo_runtime.wire.kinds import InputKind, JobTask, OutputKind
from mimo_runtime.wire.live import PictureFormat, QueuePolicy
from mimo_runtime.wire.settings import FramingPolicy, Mode

Number = TypeVar("Number")
Word = TypeVar("Word")

MODES = {
    pb.MODE_OFFICIAL: Mode.OFFICIAL,
    pb.MODE_CORRECTED: Mode.CORRECTED,
    pb.MODE_OFFLINE: Mode.OFFLINE,
}
FRAMINGS = {
    pb.FRAMING_PERSON: FramingPolicy.PERSON,
    pb.FRAMING_WHOLE: FramingPolicy.WHOLE,
}
OUTPUT_KINDS = {
    pb.OUTPUT_KIND_VIDEO: OutputKind.VIDEO,
    pb.OUTPUT_KIND_LOSSLESS: OutputKind.LOSSLESS,
}
INPUTS = {
    pb.INPUT_CHARACTER: InputKind.CHARACTER,
    pb.INPUT_MATTE: InputKind.MATTE,
    pb.INPUT_SOURCE: InputKind.SOURCE,
    pb.INPUT_MOTION: InputKind.MOTION,
    pb.INPUT_SCENE: InputKind.SCENE,
    pb.INPUT_OCCLUSION: InputKind.OCCLUSION,
    pb.INPUT_TEMPLATE_CONFIG: InputKind.TEMPLATE_CONFIG,
    pb.INPUT_FEATHER_MASK: InputKind.FEATHER_MASK,
    pb.INPUT_POSES: InputKind.POSES,
    pb.INPUT_SCENE_PICTURE: InputKind.SCENE_PICTURE,
    pb.INPUT_DRIVING: InputKind.DRIVING,
    pb.INPUT_MOTION_FILE: InputKind.MOTION_FILE,
    pb.INPUT_CHARACTER_TEXTURE: InputKind.CHARACTER_TEXTURE,
    pb.INPUT_CHARACTER_FIT: InputKind.CHARACTER_FIT,
    pb.INPUT_CHARACTER_RECORD: InputKind.CHARACTER_RECORD,
}
TASKS = {
    jobs_pb2.JOB_TASK_VIDEO: JobTask.VIDEO,
    jobs_pb2.JOB_TASK_TEMPLATE: JobTask.TEMPLATE,
    jobs_pb2.JOB_TASK_CHARACTER: JobTask.CHARACTER,
}
POLICIES = {
    pb.LIVE_POLICY_LIVE: QueuePolicy.LIVE,
    pb.LIVE_POLICY_LOSSLESS: QueuePolicy.LOSSLESS,
}
PICTURE_FORMATS = {
    pb.PICTURE_FORMAT_JPEG: PictureFormat.JPEG,
    pb.PICTURE_FORMAT_PNG: PictureFormat.PNG,
    pb.PICTURE_FORMAT_H264: PictureFormat.H264,
    pb.PICTURE_FORMAT_RAW: PictureFormat.RAW,
}
DRIVING_CODECS = {
    pb.DRIVING_CODEC_MJPEG: DrivingCodec.MJPEG,
    pb.DRIVING_CODEC_H264: DrivingCodec.H264,
    pb.DRIVING_CODEC_HEVC: DrivingCodec.HEVC,
    pb.DRIVING_CODEC_VP9: DrivingCodec.VP9,
}
DRIVEN_PEOPLE = {
    pb.DRIVEN_PERSON_SOUGHT: DrivenPerson.SOUGHT,
    pb.DRIVEN_PERSON_FOLLOWED: DrivenPerson.FOLLOWED,
    pb.DRIVEN_PERSON_LOST: DrivenPerson.LOST,
}


def number_of(words: Mapping[Number, Word], word: Word) -> Number:
    """The number of the wire that stands for a word, by one of these tables."""
    return next(number for number, each in words.items() if each == word)
