namespace CodePipeline.ThirdParty;

/// <summary>The result of a check.</summary>
public enum CheckResult
{
    /// <summary>The check passed.</summary>
    Passed,

    /// <summary>The check failed; see <see cref="ConnectionCheck.RecommendedAction"/>.</summary>
    Failed,

    /// <summary>The check did not run; <see cref="ConnectionCheck.Text"/> gives the reason.</summary>
    NotTried,
}

/// <summary>One check of Test-CPThirdPartyConnection.</summary>
public sealed class ConnectionCheck
{
    internal ConnectionCheck(string name, CheckResult result, string text, string? recommendedAction = null)
    {
        Name = name;
        Result = result;
        Text = text;
        RecommendedAction = recommendedAction;
    }

    /// <summary>The name of the check.</summary>
    public string Name { get; }

    /// <summary>The result of the check.</summary>
    public CheckResult Result { get; }

    /// <summary>The finding, or the reason why the check did not run.</summary>
    public string Text { get; }

    /// <summary>The recommended action, if the check failed or did not run.</summary>
    public string? RecommendedAction { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Result}";
}
