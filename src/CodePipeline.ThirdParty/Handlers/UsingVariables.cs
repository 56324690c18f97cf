using System;
using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using CodePipeline.ThirdParty.Errors;

namespace CodePipeline.ThirdParty.Handlers;

/// <summary>Collects the <c>$using:</c> values of a script block in the caller's scope.</summary>
/// <remarks>
/// PowerShell reads them from a parameter of this name, keyed by the expression's text in base64.
/// <c>Start-ThreadJob</c> and <c>ForEach-Object -Parallel</c> pass them the same way.
/// </remarks>
internal static class UsingVariables
{
    /// <summary>The name of the parameter.</summary>
    public const string Parameter = "--%";

    /// <summary>Collects the values. Call on the pipeline thread.</summary>
    public static IDictionary Collect(ScriptBlock block, PSCmdlet caller)
    {
        var values = new Hashtable();
        foreach (Ast found in block.Ast.FindAll(ast => ast is UsingExpressionAst, searchNestedScriptBlocks: true))
        {
            var expression = (UsingExpressionAst)found;
            string key = Key(expression);
            if (!values.ContainsKey(key))
            {
                values[key] = Read(expression, caller);
            }
        }

        return values;
    }

    internal static string Key(UsingExpressionAst expression)
    {
        string text = expression.Extent.Text;
        return Convert.ToBase64String(Encoding.Unicode.GetBytes(
            expression.SubExpression is VariableExpressionAst ? text.ToLowerInvariant() : text));
    }

    private static object? Read(UsingExpressionAst expression, PSCmdlet caller)
    {
        VariableExpressionAst variable = UsingExpressionAst.ExtractUsingVariable(expression);
        string path = variable.VariablePath.UserPath;
        if (expression.SubExpression is VariableExpressionAst)
        {
            return Checked(caller.SessionState.PSVariable.GetValue(path), path);
        }

        // The comma keeps a list as one value.
        string members = expression.SubExpression.Extent.Text
            .Substring(variable.Extent.EndOffset - expression.SubExpression.Extent.StartOffset);
        Collection<PSObject> results = caller.InvokeCommand.InvokeScript(
            false, ScriptBlock.Create(", (${" + path + "}" + members + ")"), null);
        return Checked(results.Count > 0 ? results[0] : null, path);
    }

    private static object? Checked(object? value, string path) =>
        (value is PSObject wrapped ? wrapped.BaseObject : value) is ScriptBlock
            ? throw new TerminatingException(ErrorCatalog.UsingScriptBlock(path))
            : value;
}
