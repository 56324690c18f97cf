using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Engine;

/// <summary>The result of a script.</summary>
internal sealed class EngineRun
{
    public required IReadOnlyList<object?> Output { get; init; }

    public required IReadOnlyList<ErrorRecord> Errors { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<string> Verbose { get; init; }

    public required IReadOnlyList<string> Debug { get; init; }

    public required IReadOnlyList<ProgressRecord> Progress { get; init; }

    public required PSInvocationState State { get; init; }

    /// <summary>The exception that ended the script; null if it completed.</summary>
    public required RuntimeException? End { get; init; }

    /// <summary>The only error of a completed script.</summary>
    public ErrorRecord Error
    {
        get
        {
            Assert.Null(End);
            return Assert.Single(Errors);
        }
    }

    /// <summary>The output of a script without errors.</summary>
    public IReadOnlyList<T> All<T>()
    {
        Assert.Null(End);
        Assert.Empty(Errors);
        return Output.Select(each => Assert.IsType<T>(each, exactMatch: false)).ToArray();
    }

    /// <summary>The only object of a script without errors.</summary>
    public T Single<T>() => Assert.Single(All<T>());

    public override string ToString() => string.Join(
        Environment.NewLine, Output.Concat(Errors).Concat(Warnings).Prepend(State).Append(End));
}
