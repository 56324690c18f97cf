using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Commands;

namespace CodePipeline.ThirdParty.Parameters;

/// <summary>What <c>-Select</c> of AWS.Tools' cmdlets picks, on ours. It is checked before anything is called.</summary>
internal sealed class SelectExpression
{
    private const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase;

    // Texts here that are objects with a Value in AWS.Tools.
    private static readonly string[] s_constants = { "Status", "Category", "Owner", "Type", "LocationType" };

    private readonly PropertyInfo? _parameter;
    private readonly List<PropertyInfo> _path = new();
    private readonly bool _isOfJob;

    private SelectExpression(string select, Type command, Type response)
    {
        if (select == "*")
        {
            return;
        }

        if (select[0] == '^')
        {
            _parameter = Parameter(command, select.Substring(1)) ?? throw Unknown(select, select.Substring(1));
            return;
        }

        string[] names = select.Split('.');
        _isOfJob = response.GetProperty(names[0], Public) is null;
        Type type = _isOfJob ? typeof(ThirdPartyJobDetail) : response;
        for (int i = 0; i < names.Length; i++)
        {
            type = ItemOf(type);
            if (i > 0 && names[i].Equals("Value", StringComparison.OrdinalIgnoreCase) && type == typeof(string)
                && s_constants.Contains(names[i - 1], StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            // A job by itself has no Id, which AWS.Tools' details have.
            bool isId = type == typeof(ThirdPartyJobDetail) && names[i].Equals("Id", StringComparison.OrdinalIgnoreCase);
            PropertyInfo step = type == typeof(string) ? throw Unknown(select, names[i])
                : type.GetProperty(isId ? nameof(ThirdPartyJob.JobId) : names[i], Public)
                ?? throw Unknown(select, names[i]);
            _path.Add(step);
            type = step.PropertyType;
        }
    }

    /// <summary>Whether it picks from the answer of the service, and not from the job that is made of it.</summary>
    public bool IsOfAnswer => _parameter is null && !_isOfJob;

    /// <summary>Reads what was given; <see langword="null"/> where the cmdlet's own output is wanted.</summary>
    /// <param name="select">
    /// <c>*</c>: the whole answer; <c>^Name</c>: a parameter; else a property of the answer or of the job, or a path of
    /// properties.
    /// </param>
    /// <param name="isPassThru">Whether -PassThru was given, which in AWS.Tools means <c>^JobId</c>.</param>
    /// <param name="command">The type of the cmdlet.</param>
    /// <param name="response">The type of the answer.</param>
    /// <exception cref="InvalidInputException">It names what is not there.</exception>
    public static SelectExpression? Parse(string? select, bool isPassThru, Type command, Type response) =>
        string.IsNullOrEmpty(select) ? (isPassThru ? new SelectExpression("^JobId", command, response) : null)
        : isPassThru ? throw new InvalidInputException(
            "PassThru", "-PassThru and -Select cannot be used together.", "Use -Select '^JobId' for the job id.")
        : new SelectExpression(select!, command, response);

    /// <summary>What is picked, item by item.</summary>
    public IEnumerable<object> From(ServiceResponse response, ThirdPartyJob job, JobCommandBase command)
    {
        if (_parameter is not null)
        {
            // The token is found by now; what was given may be a table or a script.
            object? given = _parameter.Name == nameof(JobCommandBase.ClientToken) ? job.ClientToken
                : _parameter.GetValue(command);
            return given is null ? Array.Empty<object>() : new[] { given };
        }

        IEnumerable<object> found = new object[] { _isOfJob ? job : response };
        foreach (PropertyInfo step in _path)
        {
            found = found.SelectMany(each => Step(each, step)).ToArray();
        }

        return found;
    }

    private static IEnumerable<object> Step(object source, PropertyInfo step)
    {
        // A job whose details were not read has none of them.
        object? value = step.DeclaringType!.IsInstanceOfType(source) ? step.GetValue(source) : null;
        return value is null ? Array.Empty<object>()
            : ItemOf(step.PropertyType) != step.PropertyType ? ((IEnumerable)value).Cast<object>()
            : new[] { value };
    }

    /// <summary>The type of a list's items; any other type itself.</summary>
    private static Type ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : type;

    private static PropertyInfo? Parameter(Type command, string name) => command.GetProperties()
        .Where(property => property.IsDefined(typeof(ParameterAttribute), inherit: true)
            && property.Name != nameof(JobCommandBase.InputObject))
        .FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            || CallSettings.AliasesOf(property).Contains(name, StringComparer.OrdinalIgnoreCase));

    private static InvalidInputException Unknown(string select, string name) => new(
        "Select", $"Select '{select}' names '{name}', which is not there.",
        "Use '*', a property of the answer or of the job, a path such as JobDetails.Data.InputArtifacts.Name, or '^JobId'.");
}
