using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Errors of a handler, and the secrets in them.</summary>
internal static class HandlerErrors
{
    /// <summary>Whether a secret stands anywhere in an error: in its texts, its exceptions, its target or its place.</summary>
    /// <param name="written">What a handler wrote; nothing but errors is looked at.</param>
    /// <param name="secrets">The job's secrets.</param>
    public static bool Holds(object? written, SecretMask secrets)
    {
        if (written is not ErrorRecord error)
        {
            return false;
        }

        string?[] texts =
        {
            error.ToString(), error.Exception?.ToString(), error.ErrorDetails?.Message, TextOf(error.TargetObject),
            error.CategoryInfo?.TargetName, error.InvocationInfo?.Line, error.ScriptStackTrace,
        };
        return texts.Any(text => IsIn(text, secrets));
    }

    /// <summary>
    /// Takes a handler's secrets out of the errors that its caller's runspace remembers in <c>$Error</c>.
    /// </summary>
    /// <param name="remembered">The list.</param>
    /// <param name="last">The first one that was there before the handler.</param>
    /// <param name="call">The handler's run.</param>
    public static void Clean(ArrayList remembered, object? last, HandlerCall call)
    {
        for (int i = 0; i < remembered.Count && !ReferenceEquals(remembered[i], last); i++)
        {
            ErrorRecord? record = remembered[i] switch
            {
                ErrorRecord error => error,
                RuntimeException error => error.ErrorRecord,
                _ => null,
            };
            if (record is null ? IsIn(TextOf(remembered[i]), call.Secrets) : Holds(record, call.Secrets))
            {
                string text = call.Secrets.Apply(record?.ToString() ?? string.Empty);
                remembered[i] = ForwardedError.Of(record, text, call.Job.JobId, hasOnlyText: true);
            }
        }
    }

    private static bool IsIn(string? text, SecretMask secrets) =>
        !string.IsNullOrEmpty(text) && secrets.Apply(text!) != text;

    private static string? TextOf(object? value)
    {
        try
        {
            return value?.ToString();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A script's own object, whose method fails: nothing of it is kept.
            return null;
        }
    }
}
