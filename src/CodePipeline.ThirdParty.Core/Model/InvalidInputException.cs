using System;

namespace CodePipeline.ThirdParty;

/// <summary>An input exceeds a limit of the service model or cannot be parsed.</summary>
/// <remarks>Thrown before a request is sent. The message never contains a secret.</remarks>
public sealed class InvalidInputException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="inputName">The user's name for the input, for example <c>JobId</c>.</param>
    /// <param name="message">The message, which says why the input is invalid.</param>
    /// <param name="recommendedAction">The recommended action.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public InvalidInputException(
        string inputName, string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        InputName = inputName;
        RecommendedAction = recommendedAction;
    }

    /// <summary>The user's name for the input.</summary>
    public string InputName { get; }

    /// <summary>The recommended action.</summary>
    public string RecommendedAction { get; }
}
