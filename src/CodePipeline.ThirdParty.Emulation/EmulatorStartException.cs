using System;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The emulator could not start to listen.</summary>
public sealed class EmulatorStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="recommendedAction">What to do about it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public EmulatorStartException(string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        RecommendedAction = recommendedAction;
    }

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; }
}
