using System;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The emulator could not listen on its port.</summary>
public sealed class EmulatorStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="recommendedAction">What the user should do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public EmulatorStartException(string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        RecommendedAction = recommendedAction;
    }

    /// <summary>What the user should do.</summary>
    public string RecommendedAction { get; }
}
