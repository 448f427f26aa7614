"""Every name of TensorRT that a build uses, for a test that each exists in the bindings."""

NAMES = (
    "Builder", "Builder.create_network", "Builder.create_builder_config",
    "Builder.build_serialized_network", "BuilderFlag.TF32",
    "NetworkDefinitionCreationFlag.STRONGLY_TYPED", "INetworkDefinition.num_layers",
    "INetworkDefinition.get_layer", "LayerType.ATTENTION_INPUT", "IAttentionInputLayer.attention",
    "IAttention.decomposable", "OnnxParser", "OnnxParser.parse_from_file",
    "OnnxParser.get_error", "ParserError.desc", "ParserError.node_name",
    "ParserError.node_operator", "IBuilderConfig.set_flag", "IBuilderConfig.clear_flag",
    "IBuilderConfig.builder_optimization_level", "IBuilderConfig.profiling_verbosity",
    "IBuilderConfig.progress_monitor", "ProfilingVerbosity.DETAILED", "IProgressMonitor",
    "ILogger", "ILogger.ERROR", "ILogger.INTERNAL_ERROR", "Runtime",
    "Runtime.deserialize_cuda_engine", "ICudaEngine.device_memory_size_v2",
    "ICudaEngine.create_engine_inspector", "EngineInspector.get_engine_information",
    "LayerInformationFormat.JSON",
)  # fmt: skip
TENSORRT_NAMES = (
    "BuilderFlag.STRIP_PLAN", "BuilderFlag.REFIT_IDENTICAL",
    "NetworkDefinitionCreationFlag.PREFER_AOT_PYTHON_PLUGINS", "IBuilderConfig.create_timing_cache",
    "IBuilderConfig.set_timing_cache", "IBuilderConfig.get_timing_cache",
    "ITimingCache.serialize",
)  # fmt: skip
TENSORRT_RTX_NAMES = (
    "ComputeCapability.SM89", "IBuilderConfig.num_compute_capabilities",
    "IBuilderConfig.set_compute_capability",
)  # fmt: skip
