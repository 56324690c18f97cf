using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using CodePipeline.ThirdParty.Errors;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Finds and removes secrets in a handler's errors.</summary>
internal static class HandlerErrors
{
    /// <summary>Whether an error contains a secret in its texts, exceptions, target or position.</summary>
    /// <param name="written">A handler's object. Only error records are searched.</param>
    /// <param name="secrets">The job's secrets.</param>
    public static bool ContainsSecret(object? written, SecretMask secrets)
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
        return texts.Any(text => HasSecret(text, secrets));
    }

    /// <summary>Removes a handler's secrets from the errors in the caller's <c>$Error</c>.</summary>
    /// <param name="remembered">The <c>$Error</c> list.</param>
    /// <param name="last">The newest error from before the handler.</param>
    /// <param name="call">The handler call.</param>
    public static void Redact(ArrayList remembered, object? last, HandlerCall call)
    {
        for (int i = 0; i < remembered.Count && !ReferenceEquals(remembered[i], last); i++)
        {
            ErrorRecord? record = remembered[i] switch
            {
                ErrorRecord error => error,
                RuntimeException error => error.ErrorRecord,
                _ => null,
            };
            if (record is null ? HasSecret(TextOf(remembered[i]), call.Secrets) : ContainsSecret(record, call.Secrets))
            {
                string text = call.Secrets.Apply(record?.ToString() ?? string.Empty);
                remembered[i] = ForwardedError.Of(record, text, call.Job.JobId, hasOnlyText: true);
            }
        }
    }

    private static bool HasSecret(string? text, SecretMask secrets) =>
        !string.IsNullOrEmpty(text) && secrets.Apply(text!) != text;

    private static string? TextOf(object? value)
    {
        try
        {
            return value?.ToString();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The ToString method of a script's object failed. Treat the object as empty text.
            return null;
        }
    }
}
