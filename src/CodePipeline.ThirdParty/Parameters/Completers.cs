using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using Amazon.Runtime.CredentialManagement;
using CodePipeline.ThirdParty.Hosting;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>Completes from a list that is at hand. No completer calls the network.</summary>
public abstract class ListCompleter : IArgumentCompleter
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
        return Values()
            .Where(value => value.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(value => new CompletionResult(Quote(value), value, CompletionResultType.ParameterValue, value));
    }

    internal abstract IEnumerable<string> Values();

    private static string Quote(string value) =>
        value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '/' or '.')
            ? value
            : $"'{value.Replace("'", "''")}'";
}

/// <summary>Action types used before in this runspace, and the categories to begin one with.</summary>
public sealed class ActionTypeCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() =>
        SessionStore.OfRunspace().KnownActionTypes()
            .Concat(ServiceLimits.Categories.Select(category => category + "/"));
}

/// <summary>The categories of the service.</summary>
public sealed class CategoryCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() => ServiceLimits.Categories;
}

/// <summary>The owners of the service.</summary>
public sealed class OwnerCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() => ServiceLimits.Owners;
}

/// <summary>The regions that the AWS SDK knows.</summary>
public sealed class RegionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() =>
        Amazon.RegionEndpoint.EnumerableAllRegions.Select(region => region.SystemName);
}

/// <summary>The profiles of the AWS config and credentials files.</summary>
public sealed class ProfileCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() =>
        new CredentialProfileStoreChain().ListProfiles().Select(profile => profile.Name).Distinct();
}

/// <summary>The sessions of the runspace.</summary>
public sealed class SessionCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() =>
        SessionStore.OfRunspace().All().Select(session => session.Name ?? SessionStore.DefaultName);
}

/// <summary>The emulators of the process.</summary>
public sealed class EmulatorCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() => EmulatorRegistry.All().Select(emulator => emulator.Name);
}

/// <summary>The operations that New-CPThirdPartySkeleton knows.</summary>
public sealed class OperationCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() => Skeleton.Operations;
}

/// <summary>The states of a job.</summary>
public sealed class StatusCompleter : ListCompleter
{
    internal override IEnumerable<string> Values() => ServiceLimits.JobStatuses;
}
