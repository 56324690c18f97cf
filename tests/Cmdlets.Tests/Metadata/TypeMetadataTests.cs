using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;

/// <summary>Checks that public types, views, type data and forwarded types match.</summary>
public sealed class TypeMetadataTests
{
    private static readonly Assembly s_core = typeof(ThirdPartyJob).Assembly;
    private static readonly Assembly s_emulation = typeof(ThirdPartyEmulator).Assembly;
    private static readonly Assembly s_cmdlets = typeof(AsyncCommand).Assembly;

    private static readonly XDocument s_views =
        XDocument.Load(Repository.PathOf("module", "CodePipeline.ThirdParty.Format.ps1xml"));

    public static TheoryData<Type> PublicTypes =>
        new(new[] { s_core, s_emulation, s_cmdlets }.SelectMany(assembly => assembly.GetTypes()).Where(type =>
            type.IsVisible));

    public static TheoryData<string> Views =>
        new(s_views.Descendants("View").Select(view => view.Element("Name")!.Value));

    [Fact]
    public void EveryOutputType_HasAView()
    {
        IEnumerable<string> outputs = CommandMetadataTests.Types()
            .SelectMany(CommandMetadataTests.OutputsOf)
            .Where(IsOurs).Select(type => type.FullName!).Distinct();

        Assert.Empty(outputs.Except(
            s_views.Descendants("ViewSelectedBy").Elements("TypeName").Select(name => name.Value)));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void View_NamesATypeAndItsProperties(string view)
    {
        XElement element = s_views.Descendants("View").Single(each => each.Element("Name")!.Value == view);
        string[] names = element.Descendants("PropertyName").Select(name => name.Value)
            .Concat(element.Descendants("ScriptBlock").SelectMany(script =>
                Regex.Matches(script.Value, @"\$_\.(\w+)").Select(match => match.Groups[1].Value)))
            .ToArray();

        Assert.NotEmpty(names);
        Assert.All(element.Element("ViewSelectedBy")!.Elements("TypeName"), name => AssertHas(name.Value, names));
    }

    [Theory]
    [MemberData(nameof(Views))]
    public void Table_HasAsManyHeadersAsColumns(string view)
    {
        XElement element = s_views.Descendants("View").Single(each => each.Element("Name")!.Value == view);

        Assert.All(
            element.Descendants("TableColumnItems"),
            row => Assert.Equal(element.Descendants("TableColumnHeader").Count(),
                row.Elements("TableColumnItem").Count()));
    }

    [Fact]
    public void Views_HaveNamesOfTheirOwn()
    {
        string[] names = s_views.Descendants("View").Select(view => view.Element("Name")!.Value).ToArray();

        Assert.Equal(names.Distinct(), names);
    }

    [Theory]
    [InlineData("Nonce")]
    [InlineData("ContinuationToken")]
    [InlineData("ClientToken")]
    [InlineData("ArtifactCredentials")]
    public void Views_OfJobs_OmitSecretProperties(string property) => Assert.DoesNotContain(
        property,
        s_views.Descendants("PropertyName").Select(name => name.Value)
            .Concat(ModuleImport.Displayed.Values.SelectMany(names => names)));

    [Fact]
    public void TypeData_NamesTypesAndTheirProperties() => Assert.All(ModuleImport.Displayed, type =>
    {
        Assert.NotEmpty(type.Value);
        AssertHas(type.Key, type.Value);
    });

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void PublicSignature_HasNoTypeOfTheAwsSdk(Type type) => Assert.DoesNotContain(
        Signature(type).Where(used => used.FullName is not null),
        used => used.FullName!.StartsWith("Amazon.", StringComparison.Ordinal)
            || used.Assembly.GetName().Name!.StartsWith("AWSSDK", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void PublicProperty_NamedLikeSecret_IsSecret(Type type) => Assert.DoesNotContain(
        type.GetProperties().Where(property => property.PropertyType == typeof(string))
            .Select(property => property.Name),
        CommandMetadataTests.IsSecretName);

    [Fact]
    public void CoreNeverSeesPowerShell() => Assert.DoesNotContain(
        s_core.GetReferencedAssemblies().Concat(s_emulation.GetReferencedAssemblies()),
        assembly => assembly.Name == "System.Management.Automation");

    /// <summary>
    /// PowerShell finds a type by name for casts, catch and New-Object only if the type is forwarded.
    /// </summary>
    [Fact]
    public void TypeThatAUserMeets_IsForwarded()
    {
        var met = new HashSet<Type>();
        IEnumerable<Type> exceptions = s_core.GetTypes().Concat(s_emulation.GetTypes())
            .Where(type => type.IsVisible && type.IsSubclassOf(typeof(Exception)));
        IEnumerable<Type> commands = CommandMetadataTests.Types().SelectMany(command => CommandMetadataTests
            .OutputsOf(command)
            .Concat(CommandMetadataTests.ParametersOf(command).Select(parameter => parameter.ParameterType)));
        foreach (Type root in exceptions.Concat(commands).Concat(s_cmdlets.GetForwardedTypes()))
        {
            Meet(root, met);
        }

        Assert.Empty(met.Where(type => type.Assembly != s_cmdlets).Except(s_cmdlets.GetForwardedTypes())
            .Select(type => type.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ForwardedTypes_ArePublic() =>
        Assert.All(s_cmdlets.GetForwardedTypes(), type => Assert.True(type.IsVisible));

    /// <summary>A type and the types of its public properties.</summary>
    private static void Meet(Type type, HashSet<Type> met)
    {
        foreach (Type part in Parts(type))
        {
            if (IsOurs(part) && part.IsVisible && met.Add(part))
            {
                foreach (PropertyInfo property in part.GetProperties())
                {
                    Meet(property.PropertyType, met);
                }
            }
        }
    }

    private static IEnumerable<Type> Signature(Type type) => type.GetMembers(
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
                | BindingFlags.DeclaredOnly)
        .SelectMany(member => member switch
        {
            MethodBase method when method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly =>
                method.GetParameters().Select(parameter => parameter.ParameterType)
                    .Append((method as MethodInfo)?.ReturnType ?? typeof(void)),
            FieldInfo field when field.IsPublic || field.IsFamily => new[] { field.FieldType },
            _ => Enumerable.Empty<Type>(),
        })
        .Concat(type.GetInterfaces()).Append(type.BaseType ?? typeof(object)).SelectMany(Parts);

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : new[] { type };

    private static bool IsOurs(Type type) =>
        type.Assembly == s_core || type.Assembly == s_emulation || type.Assembly == s_cmdlets;

    private static void AssertHas(string typeName, IEnumerable<string> properties)
    {
        Type? type = s_core.GetType(typeName) ?? s_emulation.GetType(typeName) ?? s_cmdlets.GetType(typeName);
        Assert.True(type is not null, $"There is no type {typeName}.");
        Assert.Empty(properties.Except(type.GetProperties().Select(property => property.Name)));
    }
}
