namespace CodePipeline.ThirdParty;

/// <summary>A job as a poll names it, and as a journal remembers it. No secret.</summary>
/// <param name="JobId">The id of the job.</param>
/// <param name="ClientId">The customer, by whom the token is found; <see langword="null"/> for custom actions.</param>
/// <param name="ActionType">What was polled for.</param>
internal sealed record JobTicket(string JobId, string? ClientId, ActionTypeId ActionType);
