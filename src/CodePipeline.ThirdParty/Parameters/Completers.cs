using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Hosting;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Completes from a list that is at hand. No completer calls the network.</summary>
/// <remarks>
/// A list without an entry is an answer too: PowerShell offers file names only where a parameter has no completer.
/// </remarks>
internal abstract class ListCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        return Values(new CompletionContext(commandName, word, fakeBoundParameters))
            .Where(value => value.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal)
            .Select(value => new CompletionResult(Quote(value), value, CompletionResultType.ParameterValue, value));
    }

    internal abstract IEnumerable<string> Values(CompletionContext context);

    private static string Quote(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '/' or '.')
            ? value
            : $"'{value.Replace("'", "''")}'";
}

/// <summary>What stands in the line that is completed.</summary>
/// <param name="Command">The cmdlet.</param>
/// <param name="Word">The beginning of the value, without quotes.</param>
/// <param name="Bound">The parameters that are in the line already.</param>
internal sealed record CompletionContext(string Command, string Word, IDictionary Bound)
{
    /// <summary>The text of another parameter; <see langword="null"/> where it has none.</summary>
    public string? Text(string parameter) => Bound.Contains(parameter) ? Bound[parameter]?.ToString() : null;
}

/// <summary>Marks a parameter that takes free text, so that PowerShell offers no file names for it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoCompletionAttribute() : ArgumentCompleterAttribute(typeof(NothingCompleter));

/// <summary>Knows no values.</summary>
internal sealed class NothingCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => Array.Empty<string>();
}

/// <summary>Action types used before in this runspace, and the categories to begin one with.</summary>
internal sealed class ActionTypeCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().KnownActionTypes().Select(type => type.ToString())
            .Concat(ServiceLimits.Categories.Select(category => category + "/"));
}

/// <summary>The categories of the service.</summary>
internal sealed class CategoryCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => ServiceLimits.Categories;
}

/// <summary>The one owner whose jobs the service hands out here.</summary>
internal sealed class OwnerCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => new[] { ActionTypeId.ThirdPartyOwner };
}

/// <summary>The providers of action types used before in this runspace.</summary>
internal sealed class ProviderCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        Fitting(context, "Category").Select(type => type.Provider);

    /// <summary>The known action types that have the values of other parameters.</summary>
    internal static IEnumerable<ActionTypeId> Fitting(CompletionContext context, params string[] parameters) =>
        SessionStore.OfRunspace().KnownActionTypes().Where(type => parameters.All(parameter =>
            context.Text(parameter) is not string given
            || given.Equals(parameter == "Category" ? type.Category : type.Provider, StringComparison.Ordinal)));
}

/// <summary>The versions of action types used before in this runspace.</summary>
internal sealed class VersionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        ProviderCompleter.Fitting(context, "Category", "Provider").Select(type => type.Version);
}

/// <summary>The regions that the AWS SDK knows, without pseudo regions and isolated partitions.</summary>
internal sealed class RegionCompleter : ListCompleter
{
    private static readonly Regex s_name = new(@"^[a-z]{2,4}(-gov)?-[a-z]+-\d+$", RegexOptions.CultureInvariant);

    internal override IEnumerable<string> Values(CompletionContext context) =>
        Amazon.RegionEndpoint.EnumerableAllRegions
            .Where(region => s_name.IsMatch(region.SystemName)
                && !region.PartitionName.StartsWith("aws-iso", StringComparison.Ordinal))
            .Select(region => region.SystemName)
            .OrderBy(name => name, StringComparer.Ordinal);
}

/// <summary>The profiles of the AWS config and credentials files.</summary>
internal sealed class ProfileCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context)
    {
        try
        {
            return SharedConfig.Load(location: null).Profiles.Keys.Concat(SdkProfiles.Names()).Distinct();
        }
        catch (CredentialException)
        {
            // A call says what is wrong with the files.
            return Array.Empty<string>();
        }
    }
}

/// <summary>The sessions of the runspace.</summary>
internal sealed class SessionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().All().Select(session => session.Name ?? SessionStore.DefaultName);
}

/// <summary>The emulators of the process.</summary>
internal sealed class EmulatorCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        EmulatorRegistry.All().Select(emulator => emulator.Name);
}

/// <summary>The jobs that cmdlets emitted in this runspace, the newest first.</summary>
internal sealed class JobIdCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().KnownJobs().Select(job => job.JobId);
}

/// <summary>The jobs of the emulators of the process.</summary>
internal sealed class EmulatedJobCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        EmulatorRegistry.All()
            .Where(emulator => context.Text("Emulator") is not string name
                || emulator.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                || ReferenceEquals(context.Bound["Emulator"], emulator))
            .SelectMany(emulator => emulator.GetJobs()).Select(job => job.JobId);
}

/// <summary>The clients of jobs of this runspace, and of the emulators of the process.</summary>
internal sealed class ClientIdCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().KnownJobs().Select(job => job.ClientId).OfType<string>()
            .Concat(EmulatorRegistry.All().SelectMany(emulator => emulator.GetClients().Keys));
}

/// <summary>The artifacts of jobs whose details were read in this runspace.</summary>
internal sealed class ArtifactNameCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context)
    {
        string? jobId = context.Text("JobId");
        bool outputs = context.Command.StartsWith("Publish", StringComparison.OrdinalIgnoreCase)
            || context.Bound.Contains("Output");
        return SessionStore.OfRunspace().KnownJobs()
            .Where(job => jobId is null || job.JobId == jobId)
            .SelectMany(job => outputs ? job.OutputArtifacts : job.InputArtifacts);
    }
}

/// <summary>What -Select can give of the output, and of the parameters.</summary>
internal sealed class SelectCompleter : ListCompleter
{
    private static readonly string[] s_always = { "*", "^JobId" };
    private static readonly string[] s_ofDetails = { "JobDetails" };

    internal override IEnumerable<string> Values(CompletionContext context) => s_always
        .Concat(context.Command.StartsWith("Get-", StringComparison.OrdinalIgnoreCase)
            ? s_ofDetails
            : Array.Empty<string>())
        .Concat(typeof(ThirdPartyJobDetail).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => property.Name).OrderBy(name => name, StringComparer.Ordinal));
}

/// <summary>The kinds of fault that an emulator can be ordered to have.</summary>
internal sealed class FaultCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context)
    {
        // A plan has several parts: the last one is completed.
        string before = context.Word.Substring(0, context.Word.LastIndexOf(';') + 1);
        return typeof(FaultKind).GetEnumNames().Select(Hyphenated).Append("seed").OrderBy(name => name)
            .Select(name => $"{before}{name}=");
    }

    private static string Hyphenated(string name) => string.Concat(name.Select((letter, index) =>
        char.IsUpper(letter) ? (index > 0 ? "-" : string.Empty) + char.ToLowerInvariant(letter) : letter.ToString()));
}

/// <summary>The operations that New-CPThirdPartySkeleton knows.</summary>
internal sealed class OperationCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => InputSkeleton.Operations;
}

/// <summary>The states of a job.</summary>
internal sealed class StatusCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => ServiceLimits.JobStatuses;
}
