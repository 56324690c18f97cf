using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Async;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Jobs;
using CodePipeline.ThirdParty.Tests;
using Xunit;

namespace CodePipeline.ThirdParty.Cmdlets.Tests.Metadata;

/// <summary>Compares the public API with a list, so that a breaking change appears in the diff.</summary>
public sealed class PublicApiTests
{
    private const string Renew = "RENEW_PUBLIC_API=1 dotnet test tests/Cmdlets.Tests --filter PublicApi";
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.DeclaredOnly;

    private static readonly string s_path = Repository.PathOf("src", "PublicApi.txt");

    [Fact]
    public void PublicApi_IsThatOfTheList()
    {
        string[] now = Cmdlets().Concat(Types()).ToArray();
        if (Environment.GetEnvironmentVariable("RENEW_PUBLIC_API") == "1")
        {
            File.WriteAllText(s_path, string.Join("\n", now) + "\n");
        }

        string[] listed = File.ReadAllText(s_path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] gone = listed.Except(now).Select(line => "- " + line).ToArray();
        string[] added = now.Except(listed).Select(line => "+ " + line).ToArray();

        Assert.True(
            gone.Length + added.Length == 0,
            "The public API is not that of src/PublicApi.txt. A line that goes or changes breaks somebody's script; "
                + $"is it meant, tell it in CHANGELOG.md and renew the list: {Renew}\n"
                + string.Join("\n", gone.Concat(added)));
    }

    /// <summary>Each cmdlet and its parameters, with the details that scripts depend on.</summary>
    private static IEnumerable<string> Cmdlets() =>
        from command in CommandMetadataTests.Types()
        let name = CommandMetadataTests.NameOf(command)
        from line in new[] { $"{name} -> {Outputs(command)}" }
            .Concat(CommandMetadataTests.ParametersOf(command).Select(each => $"{name} {Line(each)}"))
        orderby name, line.StartsWith(name + " ->", StringComparison.Ordinal) ? string.Empty : line
        select line;

    private static string Outputs(Type command) => string.Join(
        ", ", CommandMetadataTests.OutputsOf(command).Select(Name).Distinct().Order(StringComparer.Ordinal));

    private static string Line(ParameterMetadata parameter)
    {
        IEnumerable<string> uses = parameter.ParameterSets.OrderBy(set => set.Key, StringComparer.Ordinal).Select(set =>
            $" {set.Key}{(set.Value.IsMandatory ? "!" : string.Empty)}"
                + (set.Value.Position >= 0 ? $"@{set.Value.Position}" : string.Empty)
                + (set.Value.ValueFromPipeline ? " value" : string.Empty)
                + (set.Value.ValueFromPipelineByPropertyName ? " name" : string.Empty));
        return $"-{parameter.Name} <{Name(parameter.ParameterType)}>{string.Concat(uses)}"
            + (parameter.Aliases.Count == 0 ? string.Empty : " alias " + string.Join(" ", parameter.Aliases));
    }

    /// <summary>Public types and their members, except cmdlet classes, which users call as cmdlets.</summary>
    private static IEnumerable<string> Types() =>
        from type in new[] { typeof(ThirdPartyJob), typeof(ThirdPartyEmulator), typeof(AsyncCommand) }
            .SelectMany(each => each.Assembly.GetTypes())
        where type.IsVisible && !typeof(Cmdlet).IsAssignableFrom(type)
        orderby type.FullName
        from line in new[] { Head(type) }.Concat(Members(type).Distinct().Order(StringComparer.Ordinal))
        select line;

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class";
        string shape = kind != "class" ? string.Empty
            : type.IsAbstract && type.IsSealed ? "static "
            : type.IsSealed ? "sealed "
            : type.IsAbstract ? "abstract "
            : string.Empty;
        string parents = string.Join(
            ", ",
            new[] { type.BaseType }.Where(parent => parent is not null && kind == "class" && parent != typeof(object))
                .Concat(
                    type.IsEnum ? [] : type.GetInterfaces().Where(each => each.IsVisible).OrderBy(each => Name(each)))
                .Select(parent => Name(parent!)));
        return $"{shape}{kind} {type.FullName}" + (parents.Length == 0 ? string.Empty : " : " + parents);
    }

    private static IEnumerable<string> Members(Type type)
    {
        string name = type.FullName!;
        foreach (FieldInfo field in type.GetFields(Declared).Where(field => field.IsPublic && !field.IsSpecialName))
        {
            yield return field.IsLiteral
                ? $"{name}.{field.Name} = {field.GetRawConstantValue()}"
                : $"{name}.{field.Name} : {Name(field.FieldType)}";
        }

        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            string access = string.Concat(
                IsSeen(property.GetMethod) ? " get" : string.Empty,
                !IsSeen(property.SetMethod) ? string.Empty
                    : property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? " init" : " set");
            if (access.Length > 0)
            {
                string index = string.Join(
                    ", ", property.GetIndexParameters().Select(each => Name(each.ParameterType)));
                yield return $"{name}.{property.Name}{(index.Length > 0 ? $"[{index}]" : string.Empty)}"
                    + $" : {Name(property.PropertyType)} {{{access} }}";
            }
        }

        foreach (EventInfo each in type.GetEvents(Declared).Where(each => IsSeen(each.AddMethod)))
        {
            yield return $"{name}.{each.Name} : event {Name(each.EventHandlerType!)}";
        }

        foreach (MethodBase method in type.GetMembers(Declared).OfType<MethodBase>().Where(IsSeen))
        {
            bool accessor = method.IsSpecialName && !method.IsConstructor
                && !method.Name.StartsWith("op_", StringComparison.Ordinal);
            if (!accessor && !method.Name.Contains('<', StringComparison.Ordinal))
            {
                string parameters = string.Join(
                    ", ",
                    method.GetParameters().Select(each =>
                        $"{Name(each.ParameterType)} {each.Name}{(each.IsOptional ? "?" : string.Empty)}"));
                string result = method is MethodInfo info ? " : " + Name(info.ReturnType) : string.Empty;
                yield return $"{name}.{method.Name}({parameters}){result}";
            }
        }
    }

    private static bool IsSeen(MethodBase? method) =>
        method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Name(Type type)
    {
        if (type.HasElementType)
        {
            return Name(type.GetElementType()!) + (type.IsArray ? "[]" : "&");
        }

        if (Nullable.GetUnderlyingType(type) is Type inner)
        {
            return Name(inner) + "?";
        }

        string name = type.FullName is null || type.IsGenericType ? type.Name.Split('`')[0] : type.FullName;
        return !type.IsGenericType ? name : $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
