namespace CodePipeline.ThirdParty.Chaos;

/// <summary>The program of a worker process.</summary>
internal enum WorkerKind
{
    /// <summary>The engine, without PowerShell.</summary>
    Engine,

    /// <summary>Invoke-CPThirdPartyWorker in pwsh.</summary>
    Cmdlet,

    /// <summary>A pipeline of four cmdlets in pwsh.</summary>
    Pipeline,
}
