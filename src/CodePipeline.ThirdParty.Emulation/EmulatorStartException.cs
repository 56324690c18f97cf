using System;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>The emulator could not start to listen.</summary>
public sealed class EmulatorStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="cure">What to do about it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public EmulatorStartException(string message, string cure, Exception? innerException = null)
        : base(message, innerException)
    {
        Cure = cure;
    }

    /// <summary>What to do about it.</summary>
    public string Cure { get; }
}
