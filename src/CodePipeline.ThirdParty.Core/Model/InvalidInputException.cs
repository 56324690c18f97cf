using System;

namespace CodePipeline.ThirdParty;

/// <summary>An input that cannot be sent: it breaks a limit of the service model or cannot be understood.</summary>
/// <remarks>Raised before anything goes over the wire. The message never holds the value of a secret.</remarks>
public sealed class InvalidInputException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="inputName">The input as the user knows it, for example <c>JobId</c>.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="recommendedAction">What to do about it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public InvalidInputException(string inputName, string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        InputName = inputName;
        RecommendedAction = recommendedAction;
    }

    /// <summary>The input as the user knows it.</summary>
    public string InputName { get; }

    /// <summary>What to do about it.</summary>
    public string RecommendedAction { get; }
}
