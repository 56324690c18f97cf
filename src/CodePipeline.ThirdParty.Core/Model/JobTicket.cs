namespace CodePipeline.ThirdParty;

/// <summary>Identifies a job in poll responses and journal entries. Contains no secret.</summary>
/// <param name="JobId">The id of the job.</param>
/// <param name="ClientId">The id of the customer; <see langword="null"/> for custom actions.</param>
/// <param name="ActionType">The action type that the worker polled for.</param>
internal sealed record JobTicket(string JobId, string? ClientId, ActionTypeId ActionType);
