using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using CodePipeline.ThirdParty.Commands;
using CodePipeline.ThirdParty.Hosting;
using CodePipeline.ThirdParty.Parameters;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;

/// <summary>Holds cmdlet classes, their parameters and the manifest together.</summary>
public sealed class CommandMetadataTests
{
    private const string NounPrefix = "CP";

    // What every cmdlet of AWS.Tools takes, with its aliases.
    private const string AwsToolsCommon =
        "Region ProfileName ProfileLocation AccessKey SecretKey SessionToken Credential EndpointUrl AK SK ST "
        + "RegionToCall AWSProfileName StoredCredentials AWSProfilesLocation ProfilesLocation SecretAccessKey";

    // Get-Verb of PowerShell 7.6.
    private const string ApprovedVerbs =
        "Add Clear Close Copy Enter Exit Find Format Get Hide Join Lock Move New Open Optimize Pop Push Redo "
        + "Remove Rename Reset Resize Search Select Set Show Skip Split Step Switch Undo Unlock Watch Connect "
        + "Disconnect Read Receive Send Write Backup Checkpoint Compare Compress Convert ConvertFrom ConvertTo "
        + "Dismount Edit Expand Export Group Import Initialize Limit Merge Mount Out Publish Restore Save Sync "
        + "Unpublish Update Approve Assert Build Complete Confirm Deny Deploy Disable Enable Install Invoke "
        + "Register Request Restart Resume Start Stop Submit Suspend Uninstall Unregister Wait Debug Measure "
        + "Ping Repair Resolve Test Trace Block Grant Protect Revoke Unblock Unprotect Use";

    // Verbs whose cmdlets change something; what they change can be asked about first.
    private const string ChangingVerbs =
        "Add Clear Complete Confirm Copy Disable Disconnect Enable Invoke Move New Publish Register Remove "
        + "Rename Reset Restart Save Set Start Stop Unregister Update";

    // They only make text to fill in, and an object to hand on.
    private static readonly string[] s_harmless = { "New-CPThirdPartySkeleton", "New-CPThirdPartyJobOutcome" };

    private static readonly string[] s_common =
    {
        "Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable",
        "WarningVariable", "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable", "WhatIf", "Confirm",
    };

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
    public void Verb_IsApproved(Type command) =>
        Assert.Contains(Attribute<CmdletAttribute>(command).VerbName, ApprovedVerbs.Split(' '));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Noun_IsSingular(Type command) =>
        Assert.DoesNotMatch("s$", Attribute<CmdletAttribute>(command).NounName);

    [Theory]
    [MemberData(nameof(Commands))]
    public void Cmdlet_SaysWhatItEmits(Type command) =>
        Assert.NotEmpty(command.GetCustomAttributes<OutputTypeAttribute>(inherit: false).SelectMany(output =>
            output.Type));

    [Theory]
    [MemberData(nameof(Commands))]
    public void ChangingCmdlet_CanBeAskedAboutFirst(Type command)
    {
        CmdletAttribute cmdlet = Attribute<CmdletAttribute>(command);
        bool changes = ChangingVerbs.Split(' ').Contains(cmdlet.VerbName) && !s_harmless.Contains(NameOf(command));

        Assert.Equal(changes, cmdlet.SupportsShouldProcess);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void DefaultParameterSet_IsOneOfItsSets(Type command)
    {
        string? set = Attribute<CmdletAttribute>(command).DefaultParameterSetName;
        if (set is not null)
        {
            Assert.Contains(set, Parameters(command).SelectMany(Sets).Select(parameter => parameter.ParameterSetName));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void NamesAndAliases_AreDistinctAndNoCommonParameters(Type command)
    {
        string[] names = Parameters(command).Select(property => property.Name)
            .Concat(Parameters(command).SelectMany(AliasesOf)).ToArray();

        Assert.Equal(names.Distinct(StringComparer.OrdinalIgnoreCase), names);
        Assert.Empty(names.Intersect(s_common, StringComparer.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Positions_AreEachTakenOnceInASet(Type command)
    {
        IEnumerable<ParameterAttribute> positional = Parameters(command).SelectMany(Sets)
            .Where(each => each.Position >= 0);

        Assert.All(
            positional.GroupBy(each => (each.ParameterSetName, each.Position)), each => Assert.Single(each));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Durations_AreReadAsSeconds(Type command) => Assert.All(
        Parameters(command).Where(property =>
            (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(TimeSpan)),
        property => Assert.NotNull(property.GetCustomAttribute<DurationTransformationAttribute>()));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Secrets_AreNeverPlainText(Type command) => Assert.All(
        Parameters(command).Where(property => property.PropertyType == typeof(string)),
        property => Assert.False(IsSecretName(property.Name), $"-{property.Name} is a plain string."));

    [Theory]
    [MemberData(nameof(Commands))]
    public void ActionTypes_AreReadAndCompletedAlike(Type command) => Assert.All(
        Parameters(command).Where(property => property.PropertyType == typeof(ActionTypeId)),
        property =>
        {
            Assert.NotNull(property.GetCustomAttribute<ActionTypeTransformationAttribute>());
            Assert.NotNull(property.GetCustomAttribute<ArgumentCompleterAttribute>());
        });

    [Theory]
    [MemberData(nameof(Commands))]
    public void ListsOfActionTypes_AreReadAndCompletedAlike(Type command) => Assert.All(
        Parameters(command).Where(property => property.PropertyType == typeof(ActionTypeId[])),
        property =>
        {
            Assert.NotNull(property.GetCustomAttribute<ActionTypesTransformationAttribute>());
            Assert.NotNull(property.GetCustomAttribute<ArgumentCompleterAttribute>());
        });

    [Fact]
    public void JobsProperties_HaveTheNamesOfTheParametersThatTakeThem()
    {
        string[] byName = Parameters(typeof(ConfirmThirdPartyJobCommand))
            .Where(property => Sets(property).Any(set => set.ValueFromPipelineByPropertyName))
            .Select(property => property.Name).ToArray();

        Assert.Equal(new[] { "ClientId", "ClientToken", "JobId", "Nonce", "Session" },
            byName.Order(StringComparer.Ordinal));
        Assert.All(byName, name => Assert.NotNull(typeof(ThirdPartyJobDetail).GetProperty(name)));
    }

    [Theory]
    [InlineData(typeof(GetThirdPartyJobDetailCommand), "JobId ClientToken Select")]
    [InlineData(typeof(ConfirmThirdPartyJobCommand), "JobId ClientToken Nonce Select Force")]
    public void CmdletThatAwsToolsHasToo_TakesItsParameterNames(Type command, string names) => Assert.Empty(
        $"{names} {AwsToolsCommon}".Split(' ').Except(
            Parameters(command).Select(property => property.Name).Concat(Parameters(command).SelectMany(AliasesOf))));

    internal static IEnumerable<Type> Types() =>
        typeof(AsyncCommand).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<CmdletAttribute>(inherit: false) is not null);

    /// <summary>Whether a name promises a secret: keys by which a secret is found, and what scripts need in plain
    /// text, aside.</summary>
    internal static bool IsSecretName(string name) => SecretKeys.LooksSecret(name) && !s_plain.Contains(name);

    // An access key id is a name; the service's continuation token is a state that scripts read; the rest says in
    // words where
    // secrets come from.
    private static readonly string[] s_plain =
    {
        "AccessKey", "AccessKeyId", "ContinuationToken", "ContinuationTokenOut", "CredentialSource",
        "ClientTokenSource",
        "ClientTokenVault",
    };

    private static string NameOf(Type command)
    {
        CmdletAttribute cmdlet = Attribute<CmdletAttribute>(command);
        return $"{cmdlet.VerbName}-{cmdlet.NounName}";
    }

    private static T Attribute<T>(Type command)
        where T : Attribute => command.GetCustomAttribute<T>(inherit: false)!;

    private static IEnumerable<PropertyInfo> Parameters(Type command) =>
        command.GetProperties().Where(each => Sets(each).Any());

    private static IEnumerable<ParameterAttribute> Sets(PropertyInfo property) =>
        property.GetCustomAttributes<ParameterAttribute>();

    private static IEnumerable<string> AliasesOf(PropertyInfo property) =>
        property.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? Array.Empty<string>();
}
