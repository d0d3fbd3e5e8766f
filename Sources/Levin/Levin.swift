@_exported public import LevinDistributions
@_exported public import LevinInference
@_exported public import LevinNN
@_exported public import LevinTensor
@_exported public import LevinTraining
