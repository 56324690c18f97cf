namespace CodePipeline.ThirdParty.Chaos;

/// <summary>What a worker process runs.</summary>
internal enum WorkerKind
{
    /// <summary>The engine, without PowerShell.</summary>
    Engine,

    /// <summary>Invoke-CPThirdPartyWorker in pwsh.</summary>
    Cmdlet,

    /// <summary>The four cmdlets in a pipeline, in pwsh.</summary>
    Pipeline,
}
