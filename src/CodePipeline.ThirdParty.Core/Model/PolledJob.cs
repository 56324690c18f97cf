namespace CodePipeline.ThirdParty;

/// <summary>A job as PollForThirdPartyJobs hands it out.</summary>
/// <param name="JobId">The id of the job.</param>
/// <param name="ClientId">The id of the customer. The partner looks up the client token by it.</param>

public sealed record PolledJob(string JobId, string ClientId);
