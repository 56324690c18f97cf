"""Runs scenarios of AWS settings with botocore, and records the requests instead of sending them.

Reads a JSON list of scenarios from the given file, and prints a JSON list of results: the outcome and the requests of
each scenario.
"""

import json
import os
import sys
import time
import urllib.parse

import botocore.awsrequest
import botocore.config
import botocore.exceptions
import botocore.httpsession
import botocore.loaders
import botocore.session
import botocore.credentials
import botocore.tokens

LATER = '2099-01-01T00:00:00Z'

calls = []
answers = {}

# Load the service models once: they do not depend on settings.
models = botocore.loaders.create_loader()


class Body:
    def __init__(self, content):
        self._content = content

    def stream(self, *args, **kwargs):
        yield self._content

    def read(self, *args, **kwargs):
        content, self._content = self._content, b''
        return content


def keys(name, token='Token'):
    return {'AccessKeyId': name, 'SecretAccessKey': 'secret', token: 'session of ' + name, 'Expiration': LATER}


def sts(form):
    action = form['Action']
    if 'sts' in answers:
        return answers['sts'], (
            '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>'
            '</ErrorResponse>')
    given = keys('ASIA' + form['RoleArn'].split('/')[-1].upper(), 'SessionToken')
    members = ''.join('<%s>%s</%s>' % (name, value, name) for name, value in given.items())
    return 200, '<%sResponse><%sResult><Credentials>%s</Credentials></%sResult></%sResponse>' % (
        action, action, members, action, action)


def answer(method, url, body):
    """Returns status, body and request as text; no text for a request that is part of another."""
    parts = urllib.parse.urlsplit(url)
    form = dict(urllib.parse.parse_qsl(body))
    if 'Action' in form:
        status, text = sts(form)
        shown = {name: value for name, value in sorted(form.items()) if name != 'Version'}
        if shown.get('RoleSessionName', '').startswith('botocore-session-'):
            shown['RoleSessionName'] = '(made up)'
        return status, text, 'sts', ' '.join('%s=%s' % pair for pair in shown.items())
    if parts.path == '/federation/credentials':
        query = dict(urllib.parse.parse_qsl(parts.query))
        if 'sso' in answers:
            return answers['sso'], '{"message":"no"}', 'sso', ''
        return 200, json.dumps({'roleCredentials': {
            'accessKeyId': 'ASIASSO' + query['role_name'].upper(), 'secretAccessKey': 'secret',
            'sessionToken': 'session', 'expiration': 4070908800000,
        }}), 'sso', ' '.join('%s=%s' % pair for pair in sorted(query.items()))
    if parts.path == '/token':
        if 'oidc' in answers:
            return answers['oidc'], '{"error":"invalid_grant"}', 'oidc', ''
        form = json.loads(body)
        return 200, json.dumps({
            'accessToken': 'renewed-token', 'expiresIn': 28800, 'refreshToken': 'refresh-2', 'tokenType': 'Bearer',
        }), 'oidc', ' '.join('%s=%s' % pair for pair in sorted(form.items()))
    if parts.path.startswith('/latest/'):
        if 'machine' not in answers:
            return None, '', 'machine', ''
        if method == 'PUT':
            return (200 if answers['machine'] == 2 else 404), 'machine-token', None, ''
        if parts.path.endswith('/security-credentials/'):
            return 200, 'MachineRole', None, ''
        return 200, json.dumps(dict(keys('ASIAMACHINE'), Code='Success')), 'machine', parts.path
    if 'creds' in parts.path:
        if 'container' in answers:
            return answers['container'], '{}', 'container', parts.path
        return 200, json.dumps(keys('ASIACONTAINER')), 'container', parts.path
    if method == 'HEAD':
        return 200, '', 's3', parts.path
    return answers.get('codepipeline', 200), '{"jobs":[]}', 'codepipeline', ''


def send(self, request):
    body = request.body or b''
    if not isinstance(body, bytes):
        body = body.encode() if isinstance(body, str) else body.read()
    url = request.url
    status, text, service, about = answer(request.method, url, body.decode('utf-8'))
    if service:
        parts = urllib.parse.urlsplit(url)
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        signature = headers.get('authorization', '')
        scope = signature.split('Credential=')[1].split(',')[0].split('/') if 'Credential=' in signature else None
        proxy = None
        if service not in ('machine', 'container'):
            proxy = self._proxy_config.proxy_url_for(url)
        calls.append({
            'service': service,
            'endpoint': '%s://%s' % (parts.scheme, parts.netloc),
            'key': scope[0] if scope else None,
            'region': scope[2] if scope else None,
            'token': headers.get('x-amz-security-token'),
            'about': about,
            'authorization': None if scope else headers.get('authorization'),
            'ca': None if self._verify is True or service in ('machine', 'container') else str(self._verify),
            'proxy': proxy,
        })
    if status is None:
        raise botocore.exceptions.EndpointConnectionError(endpoint_url=url)
    kinds = {'sts': 'text/xml', 's3': 'text/plain'}
    head = {'Content-Type': kinds.get(service, 'application/json')}
    if status == 401:
        head['x-amzn-ErrorType'] = 'UnauthorizedException'
    return botocore.awsrequest.AWSResponse(url, status, botocore.awsrequest.HeadersDict(head), Body(text.encode()))


def run(case):
    calls.clear()
    answers.clear()
    answers.update(case['answers'])
    os.environ.clear()
    os.environ.update(case['variables'])
    cache = os.path.expanduser(os.path.join('~', '.aws', 'sso', 'cache'))
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    given = case['given']
    try:
        session = botocore.session.Session(profile=given.get('profile'))
        session.register_component('data_loader', models)
        client = session.create_client(
            case['service'],
            region_name=given.get('region'),
            endpoint_url=given.get('endpoint'),
            aws_access_key_id=given.get('accessKey'),
            aws_secret_access_key=given.get('secretKey'),
            aws_session_token=given.get('sessionToken'),
        )
        if case['service'] == 's3':
            client.head_object(Bucket='bucket', Key='key')
        else:
            client.poll_for_third_party_jobs(actionTypeId={
                'category': 'Test', 'owner': 'ThirdParty', 'provider': 'Contoso', 'version': '1',
            })
        outcome, message = 'ok', None
    except Exception as error:
        outcome, message = type(error).__name__, str(error)
    return {'name': case['name'], 'outcome': outcome, 'message': message, 'calls': list(calls)}


def without_terminal(init):
    def wrapped(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self._prompter = lambda prompt: '123456'
    return wrapped


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        cases = json.load(file)
    botocore.httpsession.URLLib3Session.send = send
    time.sleep = lambda seconds: None
    assume_role = botocore.credentials.AssumeRoleProvider
    assume_role.__init__ = without_terminal(assume_role.__init__)
    path = dict(os.environ)
    results = [run(case) for case in cases]
    os.environ.update(path)
    json.dump(results, sys.stdout)


main()
