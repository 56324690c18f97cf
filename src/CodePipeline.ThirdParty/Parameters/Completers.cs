using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Emulation.Faults;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.State;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Completes values from a local list. No completer calls the network.</summary>
/// <remarks>
/// An empty list suppresses file names: PowerShell offers them only for parameters without a completer.
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

/// <summary>The command line at the point of completion.</summary>
/// <param name="Command">The cmdlet's name.</param>
/// <param name="Word">The typed part of the value, without quotes.</param>
/// <param name="Bound">The parameters already on the command line.</param>
internal sealed record CompletionContext(string Command, string Word, IDictionary Bound)
{
    /// <summary>The text of another parameter; <see langword="null"/> if it has none.</summary>
    public string? Text(string parameter) => Bound.Contains(parameter) ? Bound[parameter]?.ToString() : null;
}

/// <summary>Marks a parameter that takes free text, so that PowerShell offers no file names for it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NoCompletionAttribute() : ArgumentCompleterAttribute(typeof(EmptyCompleter));

/// <summary>Offers no values.</summary>
internal sealed class EmptyCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => Array.Empty<string>();
}

/// <summary>Action types used in this runspace, and the categories to start a new one.</summary>
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

/// <summary>The only owner of third-party jobs.</summary>
internal sealed class OwnerCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => new[] { ActionTypeId.ThirdPartyOwner };
}

/// <summary>The providers of action types used in this runspace.</summary>
internal sealed class ProviderCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        Matching(context, "Category").Select(type => type.Provider);

    /// <summary>The known action types that match the values of other parameters.</summary>
    internal static IEnumerable<ActionTypeId> Matching(CompletionContext context, params string[] parameters) =>
        SessionStore.OfRunspace().KnownActionTypes().Where(type => parameters.All(parameter =>
            context.Text(parameter) is not string given
            || given.Equals(parameter == "Category" ? type.Category : type.Provider, StringComparison.Ordinal)));
}

/// <summary>The versions of action types used in this runspace.</summary>
internal sealed class VersionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        ProviderCompleter.Matching(context, "Category", "Provider").Select(type => type.Version);
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
            // The next call reports what is wrong with the files.
            return Array.Empty<string>();
        }
    }
}

/// <summary>The sessions of this runspace.</summary>
internal sealed class SessionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().All().Select(session => session.Name ?? SessionStore.DefaultName);
}

/// <summary>The emulators of this process.</summary>
internal sealed class EmulatorCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        EmulatorRegistry.All().Select(emulator => emulator.Name);
}

/// <summary>The jobs that cmdlets emitted in this runspace, newest first.</summary>
internal sealed class JobIdCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().KnownJobs().Select(job => job.JobId);
}

/// <summary>The jobs of this process's emulators.</summary>
internal sealed class EmulatedJobCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        EmulatorRegistry.All()
            .Where(emulator => context.Text("Emulator") is not string name
                || emulator.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                || ReferenceEquals(context.Bound["Emulator"], emulator))
            .SelectMany(emulator => emulator.GetJobs()).Select(job => job.JobId);
}

/// <summary>The clients of this runspace's jobs and of this process's emulators.</summary>
internal sealed class ClientIdCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) =>
        SessionStore.OfRunspace().KnownJobs().Select(job => job.ClientId).OfType<string>()
            .Concat(EmulatorRegistry.All().SelectMany(emulator => emulator.GetClients().Keys));
}

/// <summary>The artifacts of jobs whose details cmdlets read in this runspace.</summary>
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

/// <summary>The values of -Select: properties of the output, and parameters.</summary>
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

/// <summary>The kinds of fault that an emulator can inject.</summary>
internal sealed class FaultCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context)
    {
        // A plan has several parts. Completes the last one.
        string before = context.Word.Substring(0, context.Word.LastIndexOf(';') + 1);
        return typeof(FaultKind).GetEnumNames().Select(Hyphenated).Append("seed").OrderBy(name => name)
            .Select(name => $"{before}{name}=");
    }

    private static string Hyphenated(string name) => string.Concat(name.Select((letter, index) =>
        char.IsUpper(letter) ? (index > 0 ? "-" : string.Empty) + char.ToLowerInvariant(letter) : letter.ToString()));
}

/// <summary>The operations of New-CPThirdPartySkeleton.</summary>
internal sealed class OperationCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => InputSkeleton.Operations;
}

/// <summary>The statuses of a job.</summary>
internal sealed class StatusCompleter : ListCompleter
{
    internal override IEnumerable<string> Values(CompletionContext context) => ServiceLimits.JobStatuses;
}
