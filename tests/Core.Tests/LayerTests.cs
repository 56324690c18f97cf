using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using CodePipeline.ThirdParty.Worker;
using Xunit;

namespace CodePipeline.ThirdParty.Core.Tests;

/// <summary>The folders of Core, each a namespace, depend on each other in one direction.</summary>
public class LayerTests
{
    private const string Root = "CodePipeline.ThirdParty";

    // Each layer may use those before it. The root namespace is the folder Model.
    private static readonly string[] s_layers =
    {
        "Secrets", "", "Files", "Checksums", "Retries", "Connections", "Configuration", "Credentials", "Client",
        "Tokens", "Sessions", "Jobs", "Diagnostics", "Artifacts.Archives", "Artifacts", "Worker.Journal", "Worker",
    };

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    private static readonly Assembly s_core = typeof(WorkerEngine).Assembly;

    [Fact]
    public void EachNamespace_IsALayer()
    {
        IEnumerable<string> namespaces = s_core.GetTypes()
            .Where(type => type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true)
            .Select(LayerOf).Distinct();
        Assert.Equal(s_layers.Order(StringComparer.Ordinal), namespaces.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EachType_UsesOnlyLayersBeforeItsOwn()
    {
        string[] wrong = s_core.GetTypes()
            .Where(type => type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true)
            .SelectMany(type => UsedBy(type).Select(used => (From: type, To: used)))
            .Where(pair => Array.IndexOf(s_layers, LayerOf(pair.From)) < Array.IndexOf(s_layers, LayerOf(pair.To)))
            .Select(pair => $"{pair.From} uses {pair.To}")
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.Empty(wrong);
    }

    private static string LayerOf(Type type) =>
        type.Namespace == Root ? string.Empty : type.Namespace![(Root.Length + 1)..];

    private static IEnumerable<Type> UsedBy(Type type)
    {
        const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.Public | BindingFlags.NonPublic;
        IEnumerable<MethodBase> methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All));
        return type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(All).Select(field => field.FieldType))
            .Concat(methods.SelectMany(UsedBy))
            .SelectMany(Parts).Where(used => used.Assembly == s_core && used.Namespace is not null).Distinct();
    }

    private static IEnumerable<Type?> UsedBy(MethodBase method)
    {
        foreach (Type parameter in method.GetParameters().Select(parameter => parameter.ParameterType))
        {
            yield return parameter;
        }

        yield return (method as MethodInfo)?.ReturnType;
        if (method.GetMethodBody() is not MethodBody body)
        {
            yield break;
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            yield return local.LocalType;
        }

        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
        {
            yield return clause.Flags == ExceptionHandlingClauseOptions.Clause ? clause.CatchType : null;
        }

        foreach (MemberInfo member in MembersIn(method, body.GetILAsByteArray()!))
        {
            yield return member as Type ?? member.DeclaringType;
        }
    }

    private static IEnumerable<MemberInfo> MembersIn(MethodBase method, byte[] code)
    {
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            short value = code[at] == 0xFE ? unchecked((short)((code[at++] << 8) | code[at++])) : code[at++];
            OperandType operand = s_opCodes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok)
            {
                yield return method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!;
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> Parts(Type? type) => type is null ? Array.Empty<Type>()
        : type.HasElementType ? Parts(type.GetElementType())
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : new[] { type };
}
