using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Secrets;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;

/// <summary>Checks that cmdlet classes, their parameters and the manifest match.</summary>
public sealed class CommandMetadataTests
{
    private const string NounPrefix = "CP";

    // The common parameters of AWS.Tools' cmdlets, with aliases.
    private const string AwsToolsCommon =
        "Region ProfileName ProfileLocation AccessKey SecretKey SessionToken Credential EndpointUrl AK SK ST "
        + "RegionToCall AWSProfileName StoredCredentials AWSProfilesLocation ProfilesLocation SecretAccessKey";

    // Cmdlets with these verbs change something and must support ShouldProcess.
    private const string ChangingVerbs =
        "Add Clear Complete Confirm Copy Disable Disconnect Enable Invoke Move New Publish Register Remove "
        + "Rename Reset Restart Save Set Start Stop Unregister Update";

    // These cmdlets only create text or an object.
    private static readonly string[] s_harmless = { "New-CPThirdPartySkeleton", "New-CPThirdPartyJobOutcome" };

    public static TheoryData<Type> Commands => new(Types());

    [Fact]
    public void Manifest_ExportsEachCmdletAndNoOther()
    {
        string manifest = Repository.Read("CodePipeline.ThirdParty.psd1");
        string list = Regex.Match(manifest, @"CmdletsToExport\s*=\s*@\(([^)]*)\)").Groups[1].Value;

        Assert.Equal(
            Types().Select(NameOf).Order(StringComparer.Ordinal),
            Regex.Matches(list, "'([^']+)'").Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Class_IsSealedAndNamedAfterItsCmdlet(Type command)
    {
        CmdletAttribute cmdlet = Attribute<CmdletAttribute>(command);

        Assert.True(command.IsSealed);
        Assert.True(command.IsPublic);
        Assert.True(command.IsSubclassOf(typeof(AsyncCommand)));
        Assert.Equal("CodePipeline.ThirdParty.Commands", command.Namespace);
        Assert.StartsWith(NounPrefix, cmdlet.NounName, StringComparison.Ordinal);
        Assert.Equal($"{cmdlet.VerbName}{cmdlet.NounName[NounPrefix.Length..]}Command", command.Name);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Class_HasAFileOfItsOwn(Type command) => Assert.Contains(
        $"class {command.Name} :",
        Repository.Read("src", "CodePipeline.ThirdParty", "Commands", command.Name + ".cs"),
        StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Commands))]
    public void Verb_IsApproved(Type command) => Assert.Contains(
        Attribute<CmdletAttribute>(command).VerbName,
        new[]
        {
            typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic),
            typeof(VerbsLifecycle), typeof(VerbsOther), typeof(VerbsSecurity),
        }.SelectMany(group => group.GetFields()).Select(verb => verb.Name));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Noun_IsSingular(Type command) =>
        Assert.DoesNotMatch("s$", Attribute<CmdletAttribute>(command).NounName);

    [Theory]
    [MemberData(nameof(Commands))]
    public void Cmdlet_SaysWhatItEmits(Type command) =>
        Assert.NotEmpty(OutputsOf(command));

    [Theory]
    [MemberData(nameof(Commands))]
    public void ChangingCmdlet_CanBeAskedAboutFirst(Type command)
    {
        CmdletAttribute cmdlet = Attribute<CmdletAttribute>(command);
        bool changes = ChangingVerbs.Split(' ').Contains(cmdlet.VerbName) && !s_harmless.Contains(NameOf(command));

        Assert.Equal(changes, new CommandMetadata(command).SupportsShouldProcess);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void DefaultParameterSet_IsOneOfItsSets(Type command)
    {
        string? set = new CommandMetadata(command).DefaultParameterSetName;
        if (set is not null and not ParameterAttribute.AllParameterSets)
        {
            Assert.Contains(set, ParametersOf(command).SelectMany(parameter => parameter.ParameterSets.Keys));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void ParameterNames_AreDistinctFromCommonParameters(Type command)
    {
        string[] names = NamesAndAliases(command).ToArray();

        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
        Assert.Empty(names.Intersect(
            Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters), StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Positions_AreEachTakenOnceInASet(Type command) => Assert.All(
        ParametersOf(command).SelectMany(parameter => parameter.ParameterSets)
            .Where(set => set.Value.Position >= 0)
            .GroupBy(set => (set.Key, set.Value.Position)),
        each => Assert.Single(each));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Durations_AreReadAsSeconds(Type command) => Assert.All(
        ParametersOf(command).Where(parameter =>
            (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) == typeof(TimeSpan)),
        parameter => Assert.Contains(parameter.Attributes, each => each is DurationTransformationAttribute));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Secrets_AreNeverPlainText(Type command) => Assert.All(
        ParametersOf(command).Where(parameter => parameter.ParameterType == typeof(string)),
        parameter => Assert.False(IsSecretName(parameter.Name), $"-{parameter.Name} is a plain string."));

    [Theory]
    [MemberData(nameof(Commands))]
    public void ActionTypes_AreReadAndCompletedAlike(Type command) => Assert.All(
        ParametersOf(command).Where(parameter => parameter.ParameterType == typeof(ActionTypeId)),
        parameter =>
        {
            Assert.Contains(parameter.Attributes, each => each is ActionTypeTransformationAttribute);
            Assert.Contains(parameter.Attributes, each => each is ArgumentCompleterAttribute);
        });

    [Theory]
    [MemberData(nameof(Commands))]
    public void ActionTypeLists_ReadAndCompletedAlike(Type command) => Assert.All(
        ParametersOf(command).Where(parameter => parameter.ParameterType == typeof(ActionTypeId[])),
        parameter =>
        {
            Assert.Contains(parameter.Attributes, each => each is ActionTypesTransformationAttribute);
            Assert.Contains(parameter.Attributes, each => each is ArgumentCompleterAttribute);
        });

    [Fact]
    public void JobProperties_MatchParameterNames()
    {
        string[] byName = ParametersOf(typeof(ConfirmThirdPartyJobCommand))
            .Where(parameter => parameter.ParameterSets.Values.Any(set => set.ValueFromPipelineByPropertyName))
            .Select(parameter => parameter.Name).ToArray();

        Assert.Equal(new[] { "ClientId", "ClientToken", "JobId", "Nonce", "Session" },
            byName.Order(StringComparer.Ordinal));
        Assert.All(byName, name => Assert.NotNull(typeof(ThirdPartyJobDetail).GetProperty(name)));
    }

    [Theory]
    [InlineData(typeof(GetThirdPartyJobDetailCommand), "JobId ClientToken Select")]
    [InlineData(typeof(ConfirmThirdPartyJobCommand), "JobId ClientToken Nonce Select Force")]
    public void AwsToolsCmdlets_HaveSameParameterNames(Type command, string names) =>
        Assert.Empty($"{names} {AwsToolsCommon}".Split(' ').Except(NamesAndAliases(command)));

    internal static IEnumerable<Type> Types() =>
        typeof(AsyncCommand).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<CmdletAttribute>(inherit: false) is not null);

    internal static string NameOf(Type command)
    {
        CmdletAttribute cmdlet = Attribute<CmdletAttribute>(command);
        return $"{cmdlet.VerbName}-{cmdlet.NounName}";
    }

    /// <summary>The parameters that PowerShell reads, without common parameters.</summary>
    internal static IEnumerable<ParameterMetadata> ParametersOf(Type command) =>
        new CommandMetadata(command).Parameters.Values;

    /// <summary>The declared output types of a cmdlet.</summary>
    internal static IEnumerable<Type> OutputsOf(Type command) =>
        command.GetCustomAttributes<OutputTypeAttribute>(inherit: false)
            .SelectMany(output => output.Type).Select(output => output.Type);

    /// <summary>
    /// Whether a name suggests a secret. Excludes lookup keys and values that scripts need as plain text.
    /// </summary>
    internal static bool IsSecretName(string name) => SecretKeys.LooksSecret(name) && !s_plain.Contains(name);

    // An access key id is a name, a continuation token is a state that scripts read, and the others describe where
    // secrets come from.
    private static readonly string[] s_plain =
    {
        "AccessKey", "AccessKeyId", "ContinuationToken", "ContinuationTokenOut", "CredentialSource",
        "ClientTokenSource",
        "ClientTokenVault",
    };

    private static T Attribute<T>(Type command)
        where T : Attribute => command.GetCustomAttribute<T>(inherit: false)!;

    private static IEnumerable<string> NamesAndAliases(Type command) =>
        ParametersOf(command).SelectMany(parameter => parameter.Aliases.Prepend(parameter.Name));
}
