namespace CodePipeline.ThirdParty;

/// <summary>How a check ended.</summary>
public enum CheckResult
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>Not as it should be; <see cref="ConnectionCheck.RecommendedAction"/> says what to do.</summary>
    Failed,

    /// <summary>Not tried, for the reason that <see cref="ConnectionCheck.Text"/> gives.</summary>
    NotTried,
}

/// <summary>One finding of Test-CPThirdPartyConnection.</summary>
public sealed class ConnectionCheck
{
    internal ConnectionCheck(string name, CheckResult result, string text, string? recommendedAction = null)
    {
        Name = name;
        Result = result;
        Text = text;
        RecommendedAction = recommendedAction;
    }

    /// <summary>What was checked.</summary>
    public string Name { get; }

    /// <summary>How it ended.</summary>
    public CheckResult Result { get; }

    /// <summary>What was found.</summary>
    public string Text { get; }

    /// <summary>What to do about it, where it failed or could not be tried.</summary>
    public string? RecommendedAction { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Result}";
}
